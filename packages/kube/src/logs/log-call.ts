import {
  isRunnerError,
  RunnerError,
  type CallOptions,
  type KubeApi,
  type LogRequest,
  type LogStream,
} from '@millrace/core';
import type { ApiClient } from '../transport/api-client.ts';
import type { ApiRequest } from '../transport/api-request.ts';
import { classifyNetwork } from '../transport/classify-network.ts';
import { decideRetry, type RetryDecider } from '../transport/decide-retry.ts';
import { nextPause } from '../watch/next-pause.ts';
import { createLogLines, type LogLines } from './log-lines.ts';
import { createSeenLines, type SeenLines } from './seen-lines.ts';

/**
 * {@link KubeApi.logs}. A clean end of the stream is the end of the log: the kubelet closes a follow when the container
 * has ended. It may be closed for other reasons too; whoever knows the container asks again, `after` the place. A lost connection is opened again from the second of the last line on, and what comes twice is dropped.
 * `limitBytes` counts what is passed on; the server's own limit would count the timestamps.
 */
export function createLogCall(client: ApiClient): KubeApi['logs'] {
  return (request, options) => {
    const seen = createSeenLines(request.after);
    const lines = createLogLines(seen, request.after);
    const pieces = readLog(client, request, options, { seen, lines });
    return {
      [Symbol.asyncIterator]: () => pieces,
      place: lines.place,
      gap: seen.gap,
    } satisfies LogStream;
  };
}

async function* readLog(
  client: ApiClient,
  request: LogRequest,
  options: CallOptions,
  { seen, lines }: { readonly seen: SeenLines; readonly lines: LogLines },
): AsyncGenerator<Uint8Array> {
  const { clock, random = Math.random } = client.options;
  let left = request.limitBytes ?? Number.POSITIVE_INFINITY;
  let failures = 0;
  let decide = decider(client);
  let resumed = false;
  while (left > 0) {
    const call = logRequest(request, lines.place()?.since);
    try {
      const body = await client.open(call, options);
      for await (const chunk of body as AsyncIterable<Buffer>) {
        if (failures > 0) {
          failures = 0;
          decide = decider(client);
        }
        const fresh = lines.take(chunk).subarray(0, left);
        left -= fresh.length;
        if (fresh.length > 0) yield fresh;
        if (left <= 0) return;
      }
      seen.end();
      if (lines.rest().length > 0) yield lines.rest();
      return;
    } catch (thrown) {
      options.signal.throwIfAborted();
      const error = isRunnerError(thrown)
        ? thrown
        : classifyNetwork(client.server, `read the log of pod "${request.pod}"`, thrown);
      if (decide.classify(error) === 'never') throw resumed ? interrupted(error) : error;
      failures += 1;
      await clock.sleep(nextPause(failures, error, random), { signal: options.signal });
      lines.resume();
      resumed = true;
    }
  }
}

function decider(client: ApiClient): RetryDecider {
  return decideRetry({
    request: { repeatable: 'always' },
    policy: client.retryPolicy,
    endsAt: Number.POSITIVE_INFINITY,
    options: client.options,
  });
}

function logRequest(
  { namespace, pod, container, follow, previous, tailLines }: LogRequest,
  sinceTime: string | undefined,
): ApiRequest {
  return {
    verb: 'get',
    resource: 'pods/log',
    name: pod,
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
    query: {
      container,
      timestamps: true,
      follow: follow === true ? true : undefined,
      previous: previous === true ? true : undefined,
      ...(sinceTime === undefined ? { tailLines } : { sinceTime }),
    },
    repeatable: 'always',
  };
}

/** The log began and cannot be read to its end: whoever has the first part must know. */
function interrupted(error: RunnerError): RunnerError {
  return new RunnerError(`the log is incomplete: ${error.message}`, {
    code: error.code,
    kind: error.kind,
    reason: error.reason,
    retry: error.retry,
    ...(error.hint !== undefined && { hint: error.hint }),
    details: error.details,
    cause: error,
  });
}
