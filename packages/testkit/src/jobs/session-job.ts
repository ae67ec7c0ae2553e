import type { JsonObject, Plugin, PodContribution, Stage, Unit } from '@millrace/core';
import type { ClusterHandle } from '../cluster/cluster-handle.ts';
import { planTestJob, podBasics, type TestJob } from './test-job.ts';

/** A stage of a test job: a script in one of the two containers. */
export interface ScriptStage extends Partial<Omit<Stage, 'action'>> {
  readonly name: string;
  readonly script: string;
  readonly scriptAfterCancel?: string;
  readonly scriptAfterTimeout?: string;
}

/** A job for the executor without any peer: one pod with `build` and `helper`, and the stages given. */
export interface SessionJobOptions {
  readonly cluster: Pick<ClusterHandle, 'images' | 'mountPrefix'>;
  readonly namespace: string;
  readonly runnerId: string;
  readonly jobId: string;
  readonly stages: readonly ScriptStage[];
  readonly timeoutSeconds?: number;
  readonly unit?: Partial<Unit>;
  /** Plugins beside the job's own. */
  readonly plugins?: readonly Plugin[];
  /** More wishes for the pod. */
  readonly contributions?: readonly PodContribution[];
}

/** A planned job, ready for an executor. */
export interface SessionJob extends TestJob {
  readonly podName: string;
  /** Where stage scripts lie, in the pod's containers. */
  readonly scriptsDirectory: string;
}

/** Plans a job of one session unit on a cluster. */
export async function planSessionJob(options: SessionJobOptions): Promise<SessionJob> {
  const { cluster, jobId } = options;
  // Without namespaces all containers share these paths, so each job has its own.
  const prefix = cluster.mountPrefix === undefined ? '' : `${cluster.mountPrefix}/${jobId}`;
  const podName = `job-${jobId}`;
  const scriptsDirectory = `${prefix}/scripts`;
  const unit: Unit = {
    id: 'job',
    title: 'job',
    after: [],
    on: 'success',
    background: false,
    countsAsFailure: true,
    recreate: { when: 'never' },
    startTimeoutSeconds: 120,
    podName,
    containers: ['build', 'helper'].map((name, rank) => ({
      name,
      role: name === 'build' ? 'build' : 'helper',
      init: false,
      driven: true,
      variables: [],
      rank,
    })),
    work: {
      kind: 'session',
      sessionContainer: 'helper',
      scriptsDirectory,
      logsDirectory: `${prefix}/logs`,
      shell: 'sh',
      stages: options.stages.map(stageOf),
    },
    ...options.unit,
  };
  const job = await planTestJob(options, {
    units: [unit],
    podOf: (given) => [...podContributions(cluster, given), ...(options.contributions ?? [])],
  });
  return { ...job, podName, scriptsDirectory };
}

const stageOf = ({
  script,
  scriptAfterCancel = script,
  scriptAfterTimeout = script,
  ...stage
}: ScriptStage): Stage => ({
  title: stage.name,
  container: 'build',
  on: 'success',
  userCode: true,
  countsAsFailure: true,
  afterCancel: false,
  ...stage,
  action: { do: 'script', script, scriptAfterCancel, scriptAfterTimeout },
});

function podContributions(
  { images }: Pick<ClusterHandle, 'images'>,
  { work }: Unit,
): readonly PodContribution[] {
  const source = { plugin: '@millrace/testkit-job' };
  const directories: readonly (readonly [string, string])[] =
    work.kind === 'session'
      ? [
          ['scripts', work.scriptsDirectory],
          ['logs', work.logsDirectory],
        ]
      : [];
  const mounts = directories.flatMap(([name, mountPath]): readonly PodContribution[] => [
    { kind: 'field', path: '/spec/volumes', op: 'append', value: { name, emptyDir: {} }, source },
    {
      kind: 'field',
      on: {},
      path: '/volumeMounts',
      op: 'append',
      value: { name, mountPath } satisfies JsonObject,
      source,
    },
  ]);
  return [
    ...mounts,
    ...podBasics,
    {
      kind: 'field',
      on: { role: ['build'] },
      path: '/image',
      op: 'set',
      value: images.shell,
      source,
    },
    {
      kind: 'field',
      on: { role: ['helper'] },
      path: '/image',
      op: 'set',
      value: images.helper,
      source,
    },
  ];
}
