import { join } from 'node:path';
import type { Semaphore } from '@millrace/async';
import type { Clock, JobStore, Logger } from '@millrace/core';
import { gitlabLogLimit, gitlabSecretParameters, gitlabTokenPrefixes } from '@millrace/logstream';
import { presentedRevision, presentedVersion } from '../presented-version.ts';
import { openJobLogFile, type JobLogFile } from './job-log-file.ts';
import type { JobMemory } from './job-memory.ts';
import type { Runner } from './runner.ts';

/** Where and how long the jobs of a process run. */
export interface JobPlace {
  readonly runner: Runner;
  /** Records of the runner's jobs. */
  readonly store: JobStore;
  /** Folder with a folder for each job's log. */
  readonly logs: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Seed of a job's random names. */
  readonly newSeed: () => number;
  /** How many pieces of logs may lie in memory at once, for all jobs of the process. */
  readonly uploads: Semaphore;
  /** Ends jobs at once, because the process is told to end; their results are still told. */
  readonly interrupt: AbortSignal;
  /** Ends everything, results included: the next process goes on. */
  readonly leave: AbortSignal;
}

/** What a job is called among the records of its runner. */
export const recordName = (id: number): string => String(id);

/** The folder of a job's offer and log. */
export const jobFolder = ({ logs }: Pick<JobPlace, 'logs'>, id: number): string =>
  join(logs, recordName(id));

/** Opens the log of a job as its runner writes it. */
export function openLog(place: JobPlace, memory: JobMemory): Promise<JobLogFile> {
  const { log, masks, id, timeoutSeconds } = memory;
  const { poll, name, shortToken, identity } = place.runner;
  return openJobLogFile(jobFolder(place, id), {
    runnerName: name,
    version: presentedVersion,
    revision: presentedRevision,
    shortToken,
    systemId: identity.systemId,
    timestamps: log.timestamps,
    executorName: 'kubernetes',
    clock: place.clock,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    rules: {
      secrets: masks,
      parameters: gitlabSecretParameters,
      tokenPrefixes: gitlabTokenPrefixes(log.masksAllTokens, log.tokenPrefixes),
      repairCharacters: true,
      limit: gitlabLogLimit(poll.outputLimit),
    },
  });
}
