import { once } from 'node:events';
import type { KubeObject } from '@millrace/core';
import type { LogOptions } from '../contracts.ts';
import { isRecord, record, records, text } from '../store/json.ts';
import { badRequest, invalid, type FieldCause } from '../store/status.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { wholeNumber } from './list.ts';
import { targetContainer, targetPod } from './pod-target.ts';
import { startStream } from './start-stream.ts';

const flag = (query: URLSearchParams, name: string): boolean =>
  ['true', '1'].includes(query.get(name) ?? '');

/** Reads the query of `pods/log`. @throws ApiStatusError Invalid or BadRequest */
function parseOptions(exchange: ResourceExchange): LogOptions {
  const { query, info, signal, context } = exchange;
  const tailLines = wholeNumber(query, 'tailLines');
  const limitBytes = wholeNumber(query, 'limitBytes');
  const sinceSeconds = wholeNumber(query, 'sinceSeconds');
  const since = query.get('sinceTime') ?? '';
  const causes: FieldCause[] = [];
  if (limitBytes === 0)
    causes.push({
      reason: 'FieldValueInvalid',
      field: 'limitBytes',
      message: 'Invalid value: 0: must be greater than 0',
    });
  if (sinceSeconds !== undefined && since !== '')
    causes.push({
      reason: 'FieldValueForbidden',
      field: '',
      message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    });
  if (sinceSeconds === 0)
    causes.push({
      reason: 'FieldValueInvalid',
      field: 'sinceSeconds',
      message: 'Invalid value: 0: must be greater than 0',
    });
  if (causes.length > 0)
    throw invalid({ group: '', plural: 'pods', kind: 'PodLogOptions' }, info.name, causes);
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

function parseTime(given: string): number | undefined {
  if (given === '') return undefined;
  const time = Date.parse(given);
  if (Number.isNaN(time))
    throw badRequest(`parsing time ${JSON.stringify(given)} as RFC 3339 failed`);
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
  const options = parseOptions(exchange);
  const pod = targetPod(exchange);
  const container = targetContainer(pod, query.get('container') ?? '');
  // Nobody has a log of a pod that no node has.
  if (text(pod, 'spec', 'nodeName') === '') return { code: 200, body: '' };
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
