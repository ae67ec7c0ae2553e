import { createSystemClock } from '@millrace/async';
import {
  JobToken,
  NamespaceToken,
  type JobRequest,
  type ObjectContribution,
  type Plan,
  type Plugin,
  type PodContribution,
  type Unit,
} from '@millrace/core';
import { createGeneration, makePlan, type Generation } from '@millrace/engine';
import { silentLogger } from '../silent-logger.ts';

/** A planned job, ready for an executor. */
export interface TestJob {
  readonly generation: Generation;
  readonly plan: Plan;
}

/** What every job without a peer says of itself. */
export interface TestJobOptions {
  readonly namespace: string;
  readonly runnerId: string;
  readonly jobId: string;
  readonly timeoutSeconds?: number;
  /** Plugins beside the job's own. */
  readonly plugins?: readonly Plugin[];
}

/** What a job without a peer is made of. */
export interface TestJobParts {
  readonly units: readonly Unit[];
  readonly podOf: (unit: Unit) => readonly PodContribution[];
  readonly objects?: readonly ObjectContribution[];
}

/** Plans a job whose units, pods and objects are given. */
export async function planTestJob(
  { namespace, runnerId, jobId, timeoutSeconds = 120, plugins = [] }: TestJobOptions,
  { units, podOf, objects = [] }: TestJobParts,
): Promise<TestJob> {
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
        podName: units[0]?.podName ?? '',
        timeoutSeconds,
        services: [],
        labels: [],
        annotations: [],
      }));
      provide(NamespaceToken, { needs: {} }, () => namespace);
      tap('planUnits', { phase: 'pre' }, (before) => [...before, ...units]);
      tap('contributePod', (unit) => podOf(unit));
      if (objects.length > 0) tap('contributeObject', () => objects);
    },
  };
  const generation = await createGeneration({
    builtIn: [plugin, ...plugins].map((each) => ({
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
    runner: { name: 'test', token: '', id: runnerId, systemId: '', serverUrl: '', slot: 0 },
  };
  const plan = makePlan(generation, request, {
    facts: { version: { major: '1', minor: '34', gitVersion: 'v1.34.0' }, allows: () => true },
    seed: 1,
    now: 0,
  });
  return { generation, plan };
}

const source = { plugin: '@millrace/testkit-job' };

/** What every pod of a test says: it ends once and soon, and its images are on the nodes and in no registry. */
export const podBasics: readonly PodContribution[] = [
  { kind: 'field', path: '/spec/restartPolicy', op: 'set', value: 'Never', source },
  { kind: 'field', path: '/spec/terminationGracePeriodSeconds', op: 'set', value: 1, source },
  { kind: 'field', on: {}, path: '/imagePullPolicy', op: 'set', value: 'IfNotPresent', source },
];
