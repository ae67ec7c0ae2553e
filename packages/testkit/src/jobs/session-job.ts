import { createSystemClock } from '@millrace/async';
import {
  JobToken,
  NamespaceToken,
  type JobRequest,
  type JsonObject,
  type Plan,
  type Plugin,
  type PodContribution,
  type Stage,
  type Unit,
} from '@millrace/core';
import { createGeneration, makePlan, type Generation } from '@millrace/engine';
import { silentLogger } from '../silent-logger.ts';
import type { ClusterHandle } from '../cluster/cluster-handle.ts';

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
export interface SessionJob {
  readonly generation: Generation;
  readonly plan: Plan;
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
  const plugin: Plugin = {
    $$type: '@millrace/plugin',
    name: '@millrace/testkit-job',
    apiVersion: '1',
    configKey: 'testkit_job',
    configSchema: {
      '~standard': { version: 1, vendor: 'millrace', validate: (value) => ({ value }) },
    },
    setup: ({ tap, provide }) => {
      provide(JobToken, { needs: {} }, () => ({
        id: jobId,
        name: jobId,
        podName,
        timeoutSeconds: options.timeoutSeconds ?? 120,
        services: [],
        labels: [],
        annotations: [],
      }));
      provide(NamespaceToken, { needs: {} }, () => options.namespace);
      tap('planUnits', { phase: 'pre' }, (units) => [...units, unit]);
      tap('contributePod', (given) => [
        ...podContributions(cluster, given),
        ...(options.contributions ?? []),
      ]);
    },
  };
  const generation = await createGeneration({
    builtIn: [plugin, ...(options.plugins ?? [])].map((each) => ({
      plugin: each,
      origin: 'test',
      bindings: [],
    })),
    references: [],
    folder: '.',
    table: {
      runner: {},
      runnerPath: [],
      podsKey: 'pods',
      appKeys: [],
      own: {},
      ownPath: [],
      positionOf: () => undefined,
    },
    logger: silentLogger,
    clock: createSystemClock(),
    metrics: { count: () => undefined, observe: () => undefined },
    subject: 'test',
    signal: new AbortController().signal,
  });
  const request: JobRequest = {
    id: jobId,
    payload: {},
    runner: { name: 'test', token: '', id: options.runnerId, systemId: '', serverUrl: '', slot: 0 },
  };
  const plan = makePlan(generation, request, {
    facts: { version: { major: '1', minor: '34', gitVersion: 'v1.34.0' }, allows: () => true },
    seed: 1,
    now: 0,
  });
  return { generation, plan, podName, scriptsDirectory };
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
    { kind: 'field', path: '/spec/restartPolicy', op: 'set', value: 'Never', source },
    { kind: 'field', path: '/spec/terminationGracePeriodSeconds', op: 'set', value: 1, source },
    // The images of a handle are on its nodes already, and no registry has them.
    { kind: 'field', on: {}, path: '/imagePullPolicy', op: 'set', value: 'IfNotPresent', source },
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
