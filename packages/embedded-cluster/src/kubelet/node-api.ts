import type { KubeObject } from '@millrace/core';
import type {
  ContainerProcess,
  ExecOptions,
  LogOptions,
  NodeApi,
  RunningContainer,
} from '../contracts.ts';
import { badRequest, failure } from '../store/status.ts';
import { containerFiles } from './container-spec.ts';
import type { PodWorker } from './pod-worker.ts';
import { readLog } from './read-log.ts';

/** Finds the worker of a stored pod; undefined when this node does not run it. */
export type FindWorker = (pod: KubeObject) => PodWorker | undefined;

/** What the API server asks of this node. @param lost - true when the node does not answer any more */
export function createNodeApi(find: FindWorker, lost: () => boolean): NodeApi {
  const workerOf = (pod: KubeObject): PodWorker => {
    if (lost())
      throw failure(
        500,
        'InternalError',
        'error dialing backend: dial tcp 127.0.0.1:10250: connect: connection refused',
      );
    const worker = find(pod);
    if (worker === undefined)
      throw failure(
        404,
        'NotFound',
        `pod "${pod.metadata.name}_${pod.metadata.namespace}" does not exist`,
      );
    return worker;
  };
  const runningOf = (pod: KubeObject, container: string): RunningContainer => {
    const running = workerOf(pod).run(container)?.live()?.running;
    if (running === undefined)
      throw failure(
        500,
        'InternalError',
        `unable to upgrade connection: container not found ("${container}")`,
      );
    return running;
  };
  return {
    exec: async (
      pod: KubeObject,
      container: string,
      command: readonly string[],
      options: ExecOptions,
    ): Promise<ContainerProcess> => runningOf(pod, container).exec(command, options),
    attach: async (
      pod: KubeObject,
      container: string,
      options: ExecOptions,
    ): Promise<ContainerProcess> => runningOf(pod, container).attach(options),
    logs: (pod, container, options) => logsOf(workerOf(pod), container, options),
    connect: async (pod, port) => {
      const { connect } = workerOf(pod).context.parts.runtime;
      if (connect === undefined)
        throw failure(501, 'NotImplemented', 'containers of this runtime have no network');
      return connect(port);
    },
  };
}

function logsOf(
  { context, run }: PodWorker,
  container: string,
  options: LogOptions,
): AsyncIterable<Uint8Array> {
  const { metadata } = context.pod();
  const record = context.book.record(container);
  if (options.previous) {
    if (record.restartCount === 0 && record.lastState.terminated === undefined)
      throw badRequest(
        `previous terminated container "${container}" in pod "${metadata.name}" not found`,
      );
    // While it waits for its restart, the container that ended last is the previous one.
    const life = record.state.waiting === undefined ? record.restartCount - 1 : record.restartCount;
    return readLog(
      {
        file: containerFiles(context.folder, container, life).log,
        ended: () => true,
        end: Promise.resolve(),
      },
      options,
    );
  }
  const { waiting } = record.state;
  if (waiting !== undefined && record.lastState.terminated === undefined)
    throw badRequest(
      `container "${container}" in pod "${metadata.name}" is waiting to start: ${waitingText(waiting.reason)}`,
    );
  const live = run(container)?.live();
  const life = record.restartCount;
  const ended = (): boolean => run(container)?.live() !== live || live === undefined;
  return readLog(
    {
      file: containerFiles(context.folder, container, life).log,
      ended,
      end: live?.running.exit.then(() => undefined) ?? Promise.resolve(),
    },
    options,
  );
}

/** Words of the kubelet for a container that cannot be read yet. */
function waitingText(reason: string): string {
  if (reason === 'ImagePullBackOff') return 'trying and failing to pull image';
  if (reason === 'ErrImagePull') return "image can't be pulled";
  return reason;
}
