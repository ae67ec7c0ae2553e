import { join } from 'node:path';
import { toRunnerError } from '@millrace/core';
import { podType } from '../store/resource-types.ts';
import { removeTree } from '../runtime/remove-tree.ts';
import { runContainer, type ContainerRun } from './container-run.ts';
import { createPodEvents } from './event-recorder.ts';
import { createGrace, type Grace } from './grace.ts';
import type { KubeletParts, PodContext } from './pod-context.ts';
import { isSidecar, type Container, type Pod } from './pod-types.ts';
import { createStatusBook } from './status-book.ts';
import { setUpVolume } from './volumes/set-up-volumes.ts';
import { waitForChange } from './wait-for-change.ts';

/** Runs one pod from its binding to its removal. */
export interface PodWorker {
  readonly context: PodContext;
  readonly run: (container: string) => ContainerRun | undefined;
  /** The pod has changed; a deletion ends it. */
  readonly update: (pod: Pod) => void;
  /** Names of other pods have come or gone. */
  readonly refreshHosts: () => void;
  /** The pod is no longer in the store. */
  readonly removed: () => void;
  /** Ends the pod as failed. */
  readonly fail: (reason: string, message: string) => void;
  /** Ends all containers at once and writes nothing more. */
  readonly abandon: () => void;
  /** Nothing of the pod is left on this machine. */
  readonly gone: Promise<void>;
}

const defaultGraceSeconds = 30;
/** Delay before a volume that failed is tried again when nothing it refers to changes. */
const firstVolumeDelay = 500;
const longestVolumeDelay = 122_000;

export function startPod(parts: KubeletParts, first: Pod): PodWorker {
  const { clock, store } = parts;
  const { uid, namespace, name } = first.metadata;
  const folder = join(parts.dataDirectory, 'pods', uid);
  const ending = new AbortController();
  const deletion = new AbortController();
  const runs = new Map<string, ContainerRun>();
  let pod = first;
  let grace: Grace | undefined;
  const context: PodContext = {
    parts,
    folder,
    pod: () => pod,
    book: createStatusBook(store, clock, first, parts.node.ip),
    events: createPodEvents(store, clock, parts.node.nodeName, first),
    volumes: new Map(),
  };
  const { book, events } = context;

  const end = (milliseconds: number): void => {
    if (grace === undefined) grace = createGrace(clock, milliseconds);
    else grace.shorten(milliseconds);
    ending.abort(new Error(`pod ${name} ends`));
  };
  const untilEnding = <T>(work: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      const stop = (): void => resolve(undefined);
      if (ending.signal.aborted) stop();
      ending.signal.addEventListener('abort', stop, { once: true });
      work.then(resolve, reject).finally(() => ending.signal.removeEventListener('abort', stop));
    });
  const start = (container: Container, role: 'init' | 'sidecar' | 'main'): ContainerRun => {
    const run = runContainer(context, container, role);
    runs.set(container.name, run);
    return run;
  };
  /** @returns whether the main containers may start */
  const initialize = async (): Promise<boolean> => {
    for (const container of pod.spec.initContainers ?? []) {
      if (isSidecar(container)) await untilEnding(start(container, 'sidecar').started);
      else if ((await untilEnding(start(container, 'init').done)) !== 0) return false;
      if (ending.signal.aborted) return false;
    }
    return true;
  };
  const live = async (): Promise<void> => {
    await setUpVolumes(context, ending.signal);
    book.changeFacts({ sandboxReady: true });
    if (!(await initialize())) return;
    book.changeFacts({ initialized: true });
    const mains = pod.spec.containers.map((container) => start(container, 'main'));
    await untilEnding(Promise.all(mains.map((run) => run.done)));
  };
  /** Main and init containers together, then the sidecars from the last to the first. */
  const stopAll = async (): Promise<void> => {
    const left = grace ?? createGrace(clock, graceSeconds(pod) * 1000);
    grace = left;
    const all = [...runs.values()];
    await Promise.all(all.filter((run) => !isSidecar(run.container)).map((run) => run.stop(left)));
    for (const run of all.filter((candidate) => isSidecar(candidate.container)).toReversed())
      await run.stop(left);
  };
  const whole = async (): Promise<void> => {
    try {
      await live();
    } catch (error) {
      if (!ending.signal.aborted)
        parts.logger.error('pod given up', { pod: name, namespace, error });
    }
    await stopAll();
    cancelDeadline();
    book.changeFacts({ terminal: true });
    await removeTree(join(folder, 'volumes'));
    await aborted(deletion.signal);
    book.close();
    finishDeletion();
    await removeTree(folder);
  };
  const finishDeletion = (): void => {
    const key = { type: podType, namespace, name };
    const stored = store.get(key);
    if (abandoned || stored?.metadata.uid !== uid) return;
    const finalizers = stored.metadata['finalizers'];
    // Somebody else still waits for it: the API server removes it with the last finalizer.
    if (Array.isArray(finalizers) && finalizers.length > 0)
      store.update(key, (object) => ({
        ...object,
        metadata: { ...object.metadata, deletionGracePeriodSeconds: 0 },
      }));
    else store.remove(key);
  };
  const fail = (reason: string, message: string): void => {
    if (ending.signal.aborted || book.facts().terminal) return;
    events.say('Warning', reason, message);
    book.changeFacts({ failure: { reason, message } });
    end(reason === 'Evicted' ? 0 : graceSeconds(pod) * 1000);
  };
  const began = clock.now();
  let limit: number | undefined;
  let cancelDeadline = (): void => undefined;
  /** A deadline may be set, or shortened, while the pod runs. */
  const limitTo = (seconds: number | undefined): void => {
    if (seconds === limit) return;
    limit = seconds;
    cancelDeadline();
    if (seconds === undefined) return;
    cancelDeadline = clock.after(Math.max(0, began + seconds * 1000 - clock.now()), () =>
      fail('DeadlineExceeded', 'Pod was active on the node longer than the specified deadline'),
    );
  };
  let abandoned = false;
  const update = (next: Pod): void => {
    pod = next;
    // Whether a gate is open is for others to say, in the status.
    if (next.spec.readinessGates !== undefined) book.refresh();
    if (!ending.signal.aborted) limitTo(next.spec.activeDeadlineSeconds);
    if (next.metadata.deletionTimestamp === undefined) return;
    deletion.abort();
    end(
      Math.max(1, Number(next.metadata['deletionGracePeriodSeconds'] ?? graceSeconds(next))) * 1000,
    );
  };
  const gone = whole().catch((error: unknown) =>
    parts.logger.error('pod not cleaned up', { pod: name, namespace, error }),
  );
  update(first);
  return {
    context,
    update,
    fail,
    gone,
    run: (container) => runs.get(container),
    refreshHosts: () => {
      for (const run of runs.values()) run.live()?.refreshHosts();
    },
    removed: () => {
      deletion.abort();
      end(1000);
    },
    abandon: () => {
      abandoned = true;
      book.close();
      deletion.abort();
      end(0);
    },
  };
}

const graceSeconds = (pod: Pod): number =>
  pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function setUpVolumes(context: PodContext, signal: AbortSignal): Promise<void> {
  const { parts, folder, events } = context;
  const pod = context.pod();
  const setup = { ...parts, podFolder: folder };
  for (const volume of pod.spec.volumes ?? []) {
    for (let delay = firstVolumeDelay; ; delay = Math.min(delay * 2, longestVolumeDelay)) {
      try {
        context.volumes.set(volume.name, setUpVolume(setup, pod, volume));
        break;
      } catch (error) {
        signal.throwIfAborted();
        events.say(
          'Warning',
          'FailedMount',
          `MountVolume.SetUp failed for volume "${volume.name}" : ${toRunnerError(error).message}`,
        );
        await waitForChange(parts.store, parts.clock, pod.metadata.namespace, delay, signal);
      }
    }
    signal.throwIfAborted();
  }
}
