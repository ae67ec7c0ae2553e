import { once } from 'node:events';
import type { KubeObject } from '@millrace/core';
import type { LogOptions } from '../contracts.ts';
import { isRecord, record, records, text } from '../store/json.ts';
import { badRequest, invalid, noRepresentation, notAcceptable } from '../store/status.ts';
import { collectFieldErrors } from './admission/field-errors.ts';
import { objectMedia } from './body.ts';
import type { Reply, ResourceExchange } from './exchange.ts';

import { targetContainer, targetPod } from './pod-target.ts';
import { acceptedTypes, flag, integer } from './query-values.ts';
import { startStream } from './start-stream.ts';

/** Reads the query of `pods/log`. @throws ApiStatusError Invalid or BadRequest */
function parseOptions(exchange: ResourceExchange): LogOptions {
  const { query, info, signal, context } = exchange;
  const tailLines = integer(query, 'tailLines');
  const limitBytes = integer(query, 'limitBytes');
  const sinceSeconds = integer(query, 'sinceSeconds');
  const since = query.get('sinceTime') ?? '';
  checkOptions(info.name, query, { tailLines, limitBytes, sinceSeconds });
  const sinceTime =
    sinceSeconds === undefined ? parseTime(since) : context.clock.now() - sinceSeconds * 1000;
  return {
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
    signal,
  };
}

interface Amounts {
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  readonly sinceSeconds: number | undefined;
}

function checkOptions(name: string, query: URLSearchParams, amounts: Amounts): void {
  const { tailLines = 0, limitBytes = 1, sinceSeconds = 1 } = amounts;
  const errors = collectFieldErrors();
  if (tailLines < 0) errors.invalid('tailLines', tailLines, 'must be greater than or equal to 0');
  if (limitBytes < 1) errors.invalid('limitBytes', limitBytes, 'must be greater than 0');
  if (amounts.sinceSeconds !== undefined && (query.get('sinceTime') ?? '') !== '')
    errors.forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  else if (sinceSeconds < 1) errors.invalid('sinceSeconds', sinceSeconds, 'must be greater than 0');
  // Streams apart are a feature of Kubernetes that is off by default.
  if (query.has('stream')) errors.forbidden('stream', 'may not be specified');
  if (errors.causes.length > 0)
    throw invalid({ group: '', plural: 'pods', kind: 'PodLogOptions' }, name, errors.causes);
}

/** Text is what comes, but Kubernetes looks for the representation of an object, too. */
function checkAccepted({ request }: ResourceExchange): void {
  const types = acceptedTypes(request);
  if (types.some((type) => /^(?:\*\/\*|application\/(?:\*|json|yaml))(?:;|$)/u.test(type))) return;
  if (types.some((type) => type.startsWith('text/'))) throw notAcceptable(objectMedia);
  throw noRepresentation(`text/plain, ${objectMedia}`);
}

function parseTime(given: string): number | undefined {
  if (given === '') return undefined;
  const time = Date.parse(given);
  if (Number.isNaN(time))
    throw badRequest(
      `parsing time ${JSON.stringify(given)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(given)} as "2006"`,
    );
  return time;
}

function statusOf(pod: KubeObject, container: string): ReturnType<typeof record> | undefined {
  const all = [
    ...records(pod, 'status', 'containerStatuses'),
    ...records(pod, 'status', 'initContainerStatuses'),
  ];
  return all.find((status) => text(status, 'name') === container);
}

/** Refuses, in the kubelet's words, a container that has no log yet. */
function checkHasLog(pod: KubeObject, container: string, previous: boolean): void {
  const status = statusOf(pod, container);
  const where = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name ?? '')}`;
  const last = record(status, 'lastState')['terminated'];
  if (previous) {
    if (!isRecord(last)) throw badRequest(`previous terminated ${where} not found`);
    return;
  }
  if (status === undefined) throw badRequest(`${where} is waiting to start: ContainerCreating`);
  const waiting = record(status, 'state')['waiting'];
  if (!isRecord(waiting) || isRecord(last)) return;
  const reason = text(waiting, 'reason');
  const told: Readonly<Record<string, string>> = {
    ErrImagePull: "image can't be pulled",
    ImagePullBackOff: 'trying and failing to pull image',
  };
  throw badRequest(`${where} is waiting to start: ${told[reason] ?? reason}`);
}

/** Serves `pods/log`. */
export async function logs(exchange: ResourceExchange): Promise<Reply | undefined> {
  const { query, response, context, signal } = exchange;
  checkAccepted(exchange);
  const options = parseOptions(exchange);
  const pod = targetPod(exchange);
  const container = targetContainer(pod, query.get('container') ?? '');
  // Nobody has a log of a pod that no node has.
  if (text(pod, 'spec', 'nodeName') === '') return { code: 204, body: '' };
  checkHasLog(pod, container, options.previous);
  const chunks = context.node.logs(pod, container, options)[Symbol.asyncIterator]();
  // Without `follow` the first read settles, so an error can still become a proper answer.
  const first = options.follow ? undefined : await chunks.next();
  startStream(exchange, 'log', 'text/plain', () => {});
  try {
    for (
      let next = first ?? (await chunks.next());
      next.done !== true && !response.destroyed;
      next = await chunks.next()
    ) {
      if (!response.writableEnded && !response.write(next.value))
        await once(response, 'drain', { signal });
    }
    response.end();
  } catch (error) {
    // Headers are out: all one can do is not to pretend that the log is complete.
    if (!signal.aborted) response.destroy(error instanceof Error ? error : undefined);
  } finally {
    await chunks.return?.();
  }
  return undefined;
}
