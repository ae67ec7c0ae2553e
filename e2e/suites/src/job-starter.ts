import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock, systemRandom } from '@millrace/async';
import type { JobResult, JobStore, KubeApi, RunEvent } from '@millrace/core';
import {
  createExecutor,
  openDirectoryStore,
  type DirectoryStore,
  type ExecutorOptions,
  type RunLimits,
} from '@millrace/engine';
import {
  planContainerJob,
  planSessionJob,
  recordRun,
  silentLogger,
  type ClusterHandle,
  type ContainerJobOptions,
  type RunRecorder,
  type SessionJobOptions,
  type TestJob,
} from '@millrace/testkit';

/** A running job of a suite. */
export interface StartedJob {
  readonly result: Promise<JobResult>;
  readonly recorder: RunRecorder;
  readonly podName: string;
  readonly namespace: string;
  /** In the pod's containers. */
  readonly scriptsDirectory: string;
  readonly store: JobStore;
  readonly cancel: AbortController;
  readonly abort: AbortController;
}

/** How a suite starts a job, whatever it is made of. */
export interface RunSpec {
  readonly limits?: Partial<RunLimits>;
  /** Sees each event before it is recorded, and may hold the run back. */
  readonly observe?: (event: RunEvent) => Promise<void>;
  /** Which events the recorder keeps; default: all. */
  readonly keep?: (event: RunEvent) => boolean;
  /** Puts faults in front of the cluster. */
  readonly api?: (api: KubeApi) => KubeApi;
  /** The job is canceled before it begins. */
  readonly canceled?: boolean;
  /** The job brings a token of its own. */
  readonly token?: string;
  readonly accessAs?: ExecutorOptions['accessAs'];
  /** Puts faults in front of the record. */
  readonly wrapStore?: (store: JobStore) => JobStore;
}

/** A job of one pod with stages. */
export interface JobSpec extends RunSpec, Partial<Omit<SessionJobOptions, 'stages'>> {
  readonly stages: SessionJobOptions['stages'];
}

/** A job of container units. */
export interface UnitsSpec
  extends RunSpec, Partial<Omit<ContainerJobOptions, 'units' | 'objects'>> {
  readonly units: ContainerJobOptions['units'];
  readonly objects?: (namespace: string, jobId: string) => ContainerJobOptions['objects'];
}

/** Starts jobs on a cluster. */
export interface JobStarter {
  /** In a namespace of its own unless one is given. */
  readonly start: (spec: JobSpec) => Promise<StartedJob>;
  /** Likewise; its pod is that of the first unit. */
  readonly startUnits: (spec: UnitsSpec) => Promise<StartedJob>;
  /** Removes the jobs' records. */
  readonly close: () => Promise<void>;
}

/**
 * Makes a starter of jobs.
 * @param cluster - asked with the first job, not before
 */
export function openJobStarter(cluster: () => ClusterHandle): JobStarter {
  const folders: string[] = [];
  const stores: DirectoryStore[] = [];
  const begin = async (
    {
      limits,
      observe,
      canceled = false,
      token,
      accessAs,
      keep = () => true,
      api = (same) => same,
      wrapStore = (same) => same,
    }: RunSpec,
    job: TestJob & Pick<StartedJob, 'podName' | 'scriptsDirectory'>,
    { namespace, runnerId }: { readonly namespace: string; readonly runnerId: string },
  ): Promise<StartedJob> => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
    folders.push(folder);
    const cancel = new AbortController();
    const abort = new AbortController();
    if (canceled) cancel.abort();
    const store = await openDirectoryStore(folder, { signal: abort.signal });
    stores.push(store);
    const executor = createExecutor({
      api: api(cluster().api),
      store: wrapStore(store),
      clock: createSystemClock(),
      logger: silentLogger,
      runnerId,
      limits: { stageGrace: 500, ...limits },
      ...(accessAs === undefined ? {} : { accessAs }),
    });
    const recorder = recordRun();
    const result = executor
      .run({
        generation: job.generation,
        plan:
          token === undefined
            ? job.plan
            : { ...job.plan, job: { ...job.plan.job, credential: { token } } },
        emit: async (event) => {
          await observe?.(event);
          if (keep(event)) await recorder.emit(event);
        },
        cancel: cancel.signal,
        abort: abort.signal,
      })
      .finally(() => executor.dispose());
    const { podName, scriptsDirectory } = job;
    return { result, recorder, podName, namespace, scriptsDirectory, store, cancel, abort };
  };
  const identity = async (spec: {
    readonly namespace?: string;
    readonly runnerId?: string;
    readonly jobId?: string;
  }) => ({
    namespace: spec.namespace ?? (await cluster().newNamespace()),
    runnerId: spec.runnerId ?? `runner-${systemRandom().name(6)}`,
    jobId: spec.jobId ?? systemRandom().name(8),
  });
  const start = async (spec: JobSpec): Promise<StartedJob> => {
    const own = await identity(spec);
    const job = await planSessionJob({ cluster: cluster(), ...spec, ...own });
    return begin(spec, job, own);
  };
  const startUnits = async ({ objects, ...spec }: UnitsSpec): Promise<StartedJob> => {
    const own = await identity(spec);
    const job = await planContainerJob({
      cluster: cluster(),
      ...spec,
      ...own,
      objects: objects?.(own.namespace, own.jobId) ?? [],
    });
    const podName = job.plan.units[0]?.unit.podName ?? '';
    return begin(spec, { ...job, podName, scriptsDirectory: '' }, own);
  };
  return {
    start,
    startUnits,
    close: async () => {
      for (const store of stores) await store.close();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
  };
}
