import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock, deferred, systemRandom, type Deferred } from '@millrace/async';
import {
  nothingTaken,
  RunnerError,
  takenAfter,
  type Clock,
  type JobRecord,
  type JobStore,
  type KubeApi,
  type Plan,
  type RunEvent,
  type StoredRecord,
} from '@millrace/core';
import {
  createExecutor,
  openDirectoryStore,
  type AdoptRequest,
  type DirectoryStore,
  type Executor,
  type ExecutorOptions,
  type RunResult,
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
  readonly stopAt?: (event: RunEvent) => boolean;
  /** Whether it does nothing more from a write of the record on, which is not made. */
  readonly stopBefore?: (record: JobRecord) => boolean;
  /** The same, but the write is made. */
  readonly stopAfter?: (record: JobRecord) => boolean;
  /** Whoever runs the process tells it at this event to end its jobs. */
  readonly interruptAt?: (event: RunEvent) => boolean;
  /** The job brings a token of its own. */
  readonly token?: string;
  /** How both processes act with it. */
  readonly accessAs?: ExecutorOptions['accessAs'];
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
      readonly executor?: Partial<ExecutorOptions>;
      /** It cannot act with the job's token. */
      readonly withoutAccess?: boolean;
    },
  ) => Promise<RunResult>;
  readonly executor: () => Executor;
}

const withToken = (plan: Plan, token: string): Plan => ({
  ...plan,
  job: { ...plan.job, credential: { token } },
});

const never = (): boolean => false;

/** What a process that is told to end ends its jobs with. */
const interrupted = (): RunnerError =>
  new RunnerError('aborted: terminated', {
    code: 'MILLRACE_E_INTERRUPTED',
    kind: 'system',
    reason: 'runner_interrupted',
  });

/** Begins jobs and lets their processes stop, as a process stops that nobody schedules any more. */
export function jobBeginner(cluster: ClusterHandle): {
  readonly begin: (spec: BegunSpec) => Promise<BegunJob>;
  readonly close: () => Promise<void>;
} {
  const endings: (() => Promise<void> | void)[] = [];
  const { signal } = new AbortController();
  const begin = async (begun: BegunSpec): Promise<BegunJob> => {
    const { stopAt = never, interruptAt = never, ...more } = begun;
    const { stopBefore = never, stopAfter = never, token, accessAs, ...spec } = more;
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
    const plan = token === undefined ? job.plan : withToken(job.plan, token);
    const store: DirectoryStore = await openDirectoryStore(folder, { signal });
    const recorder = recordRun();
    const cancel = new AbortController();
    const stopped: Deferred<void> = deferred();
    let over = false;
    const end = async (): Promise<never> => {
      over = true;
      stopped.resolve();
      return new Promise(() => undefined);
    };
    const interrupt = new AbortController();
    const clock = createSystemClock();
    /** Of the process that stops. */
    const stopping: Clock = {
      ...clock,
      after: (milliseconds, act) => clock.after(milliseconds, () => (over ? undefined : act())),
    };
    const executorOn = (
      api: KubeApi,
      own: Partial<ExecutorOptions> = {},
      withoutAccess = false,
    ): Executor => {
      const executor = createExecutor({
        api,
        store,
        clock,
        logger: silentLogger,
        runnerId,
        limits: { stageGrace: 500, lookAgain: 10 },
        ...(accessAs === undefined || withoutAccess ? {} : { accessAs }),
        ...own,
      });
      endings.unshift(executor.dispose);
      return executor;
    };
    endings.push(store.close, () => rm(folder, { recursive: true, force: true }));
    const ending: JobStore = {
      ...store,
      write: async (record, ...rest) => {
        if (over || stopBefore(record)) await end();
        const revision = await store.write(record, ...rest);
        return over || stopAfter(record) ? end() : revision;
      },
    };
    void executorOn(cluster.api, { store: ending, clock: stopping }).run({
      generation: job.generation,
      plan,
      app: { server: 'https://gitlab.test' },
      emit: async (event) => {
        if (over || stopAt(event)) await end();
        await recorder.emit(event);
        if (interruptAt(event)) interrupt.abort(interrupted());
      },
      cancel: cancel.signal,
      abort: interrupt.signal,
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
        const {
          change = (same: JobRecord) => same,
          api = (same: KubeApi) => same,
          executor = {},
          withoutAccess = false,
        } = meanwhile;
        const { record, revision } = (await store.read(jobId, { signal })) ?? stored;
        return executorOn(api(cluster.api), executor, withoutAccess).adopt({
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
