import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock, deferred, systemRandom, type Deferred } from '@millrace/async';
import {
  nothingTaken,
  takenAfter,
  type JobRecord,
  type JobResult,
  type JobStore,
  type KubeApi,
  type RunEvent,
  type StoredRecord,
} from '@millrace/core';
import {
  createExecutor,
  openDirectoryStore,
  type AdoptRequest,
  type DirectoryStore,
  type Executor,
} from '@millrace/engine';
import {
  planContainerJob,
  planSessionJob,
  recordRun,
  silentLogger,
  type ClusterHandle,
  type ContainerJobOptions,
  type RunRecorder,
  type SessionJob,
  type SessionJobOptions,
} from '@millrace/testkit';

/** What a job is and where its process stops. */
export interface BegunSpec extends Partial<Omit<SessionJobOptions, 'stages'>> {
  readonly stages?: SessionJobOptions['stages'];
  /** Container units, instead of a pod with stages. */
  readonly units?: ContainerJobOptions['units'];
  /** The process does nothing more from this event on, which it does not take. */
  readonly stopAt: (event: RunEvent) => boolean;
}

/** A job whose process has stopped. */
export interface BegunJob extends SessionJob {
  readonly namespace: string;
  readonly stored: StoredRecord;
  readonly store: JobStore;
  /** What both processes told, in order. */
  readonly recorder: RunRecorder;
  readonly cancel: AbortController;
  /** Another process goes on; `change` is what became of the record meanwhile. */
  readonly adopt: (
    more?: Partial<AdoptRequest>,
    meanwhile?: {
      readonly change?: (record: JobRecord) => JobRecord;
      readonly api?: (api: KubeApi) => KubeApi;
    },
  ) => Promise<JobResult>;
  readonly executor: () => Executor;
}

/** Begins jobs and lets their processes stop, as a process stops that nobody schedules any more. */
export function jobBeginner(cluster: ClusterHandle): {
  readonly begin: (spec: BegunSpec) => Promise<BegunJob>;
  readonly close: () => Promise<void>;
} {
  const endings: (() => Promise<void> | void)[] = [];
  const { signal } = new AbortController();
  const begin = async ({ stopAt, ...spec }: BegunSpec): Promise<BegunJob> => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-adopt-'));
    const namespace = await cluster.newNamespace();
    const runnerId = `runner-${systemRandom().name(6)}`;
    const jobId = systemRandom().name(8);
    const { units, stages = [], ...rest } = spec;
    const common = { cluster, jobId, ...rest, namespace, runnerId };
    const job =
      units === undefined
        ? await planSessionJob({ ...common, stages })
        : {
            ...(await planContainerJob({ ...common, units })),
            podName: units[0] === undefined ? '' : `${units[0].id}-${jobId}`,
            scriptsDirectory: '',
          };
    const store: DirectoryStore = await openDirectoryStore(folder, { signal });
    const recorder = recordRun();
    const cancel = new AbortController();
    const stopped: Deferred<void> = deferred();
    let over = false;
    const executorOn = (api: KubeApi): Executor => {
      const executor = createExecutor({
        api,
        store,
        clock: createSystemClock(),
        logger: silentLogger,
        runnerId,
        limits: { stageGrace: 500, lookAgain: 10 },
      });
      endings.unshift(executor.dispose);
      return executor;
    };
    endings.push(store.close, () => rm(folder, { recursive: true, force: true }));
    void executorOn(cluster.api).run({
      generation: job.generation,
      plan: job.plan,
      app: { server: 'https://gitlab.test' },
      emit: async (event) => {
        over ||= stopAt(event);
        if (over) {
          stopped.resolve();
          await new Promise(() => undefined);
        }
        await recorder.emit(event);
      },
      cancel: cancel.signal,
      abort: signal,
    });
    await stopped.promise;
    const stored = await store.read(jobId, { signal });
    if (stored === undefined) throw new Error('there is no record');
    return {
      ...job,
      namespace,
      stored,
      store,
      recorder,
      cancel,
      executor: () => executorOn(cluster.api),
      adopt: async (more = {}, meanwhile = {}) => {
        const { change = (same: JobRecord) => same, api = (same: KubeApi) => same } = meanwhile;
        const { record, revision } = (await store.read(jobId, { signal })) ?? stored;
        return executorOn(api(cluster.api)).adopt({
          generation: job.generation,
          record: { record: change(record), revision },
          emit: recorder.emit,
          taken: recorder.events.reduce(takenAfter, nothingTaken),
          cancel: signal,
          abort: signal,
          ...more,
        });
      },
    };
  };
  return {
    begin,
    close: async () => {
      for (const end of endings) await end();
    },
  };
}
