import { linkSignals } from '@millrace/async';
import { isRunnerError, RunnerError, type KubeObject, type ListSelection } from '@millrace/core';
import type { ApiClient } from '../transport/api-client.ts';
import { collectionPath, describe, type ApiRequest } from '../transport/api-request.ts';
import { classifyNetwork } from '../transport/classify-network.ts';
import { classifyStatus } from '../transport/classify-status.ts';
import { jsonLines } from './json-lines.ts';

/** One event; a bookmark carries nothing but the version. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

/**
 * One watch connection from a known version on, until the server closes it.
 * @param lifetime - milliseconds that the server is asked to keep it open
 * @throws RunnerError with reason `api_expired` when the version is too old, by status or by event; with the code
 *   `MILLRACE_E_KUBE_WATCH_SILENT` when nothing came for `watchIdle` milliseconds
 */
export async function* watchStream(
  client: ApiClient,
  selection: ListSelection,
  from: { readonly resourceVersion: string; readonly lifetime: number },
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<WatchEvent> {
  const request = watchRequest(selection, from);
  const linked = linkSignals(signal);
  const { watchIdle } = client.limits;
  const { clock } = client.options;
  let cancelTimer = (): void => undefined;
  const heard = (): void => {
    cancelTimer();
    cancelTimer = clock.after(watchIdle, () => linked.abort(silent(watchIdle)));
  };
  try {
    const body = await client.open(request, { signal: linked.signal });
    heard();
    for await (const line of jsonLines(body, heard)) yield asEvent(request, line);
  } catch (error) {
    if (linked.signal.aborted) throw linked.signal.reason;
    if (isRunnerError(error)) throw error;
    client.outage.noteLost();
    throw classifyNetwork(client.server, describe(request), error);
  } finally {
    cancelTimer();
    linked.dispose();
  }
}

function watchRequest(
  { type, namespace, labelSelector, fieldSelector }: ListSelection,
  from: { readonly resourceVersion: string; readonly lifetime: number },
): ApiRequest {
  return {
    verb: 'watch',
    resource: type.plural,
    name: '',
    method: 'GET',
    path: collectionPath(type, namespace),
    query: {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from.resourceVersion,
      timeoutSeconds: Math.ceil(from.lifetime / 1000),
      labelSelector,
      fieldSelector,
    },
    repeatable: 'always',
  };
}

function asEvent(request: ApiRequest, line: unknown): WatchEvent {
  const { type, object } = line as { readonly type?: unknown; readonly object?: unknown };
  if (typeof object === 'object' && object !== null) {
    if (type === 'ERROR') {
      const code = 'code' in object && typeof object.code === 'number' ? object.code : 500;
      throw classifyStatus(request, { httpStatus: code, body: JSON.stringify(object) });
    }
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK') {
      return { type, object: object as KubeObject };
    }
  }
  throw new RunnerError(`watch: an event of unknown type ${JSON.stringify(type)}`, {
    code: 'MILLRACE_E_KUBE_BAD_ANSWER',
    kind: 'system',
    reason: 'api_rejected',
    retry: 'operation',
  });
}

function silent(milliseconds: number): RunnerError {
  return new RunnerError(`watch: silent for ${milliseconds} ms`, {
    code: 'MILLRACE_E_KUBE_WATCH_SILENT',
    kind: 'system',
    reason: 'api_unreachable',
    retry: 'operation',
  });
}
