import {
  RunnerError,
  type JobCredential,
  type JobRecord,
  type JobResult,
  type Plan,
  type RecordedObject,
} from '@millrace/core';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import type { ExecutorOptions } from './executor-options.ts';
import { removeObjects, type Leftover } from './sweep.ts';
import { defaultLimits } from './unit-ports.ts';

/** What a job has left on the cluster, as its record has it. */
export interface Remains {
  readonly jobId: string;
  /** Everything its record names. */
  readonly objects: readonly RecordedObject[];
  readonly credential?: JobCredential;
  /** Seconds that its pods get to end; absent leaves it to the executor. */
  readonly podGraceSeconds?: number;
}

/** A job of another process that nobody can go on with. */
export interface LostJob extends Remains {
  /** Why; it becomes the job's outcome. */
  readonly error: RunnerError;
}

/** What is said of it, and what could not be removed. */
export interface GivenUp {
  readonly result: JobResult;
  readonly leftovers: readonly Leftover[];
}

/** Removes what a record names. Needs nothing of the plan, nor of the plugins that made it. */
export function removeRemains(
  { api, clock, limits, logger }: Pick<ExecutorOptions, 'api' | 'clock' | 'limits' | 'logger'>,
  { jobId, objects, podGraceSeconds: own }: Remains,
): Promise<readonly Leftover[]> {
  const { cleanup, podGraceSeconds } = { ...defaultLimits, ...limits };
  return removeObjects(
    {
      api,
      clock,
      logger,
      jobId,
      ledger: { mayExist: () => true, dropObject: () => undefined },
      limits: { cleanup },
      podGrace: own ?? podGraceSeconds,
    },
    objects,
  );
}

/**
 * Why a recorded job cannot be gone on with by this process, if so. A plan is run by the plugins that made it: their
 * hooks belong to it. Pure.
 */
export function whyNotAdopted(
  { reduced, plan }: Pick<JobRecord, 'reduced' | 'plan'>,
  plugins: readonly LoadedPlugin[],
): RunnerError | undefined {
  if (reduced === true)
    return notAdopted(
      'it was too large for its record',
      'shorten the job’s scripts or variables if it must survive restarts of the runner',
    );
  const missing = missingPlugins(plan, plugins);
  return missing.length === 0
    ? undefined
    : notAdopted(
        `it was planned with plugins that are not loaded now: ${missing.join(', ')}`,
        'change the plugins of a runner when none of its jobs runs, or let them end first',
      );
}

const missingPlugins = (
  { job }: Pick<Plan, 'job'>,
  plugins: readonly LoadedPlugin[],
): readonly string[] =>
  job.plugins
    .filter(
      ({ name, apiVersion }) =>
        !plugins.some(({ plugin }) => plugin.name === name && plugin.apiVersion === apiVersion),
    )
    .map(({ name, apiVersion }) => `${name} (API ${apiVersion})`);

const notAdopted = (why: string, hint: string): RunnerError =>
  new RunnerError(`the runner was restarted and could not go on with the job: ${why}`, {
    code: 'MILLRACE_E_NOT_ADOPTED',
    kind: 'system',
    reason: 'not_adopted',
    hint,
  });
