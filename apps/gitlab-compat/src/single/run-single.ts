import { createSystemClock } from '@millrace/async';
import type { Logger } from '@millrace/core';
import { createSlots, projectSlotKey } from '@millrace/gitlab-protocol';
import type { ConfigFile } from '../config/config-file.ts';
import { adoptJobs } from '../run/adopt-jobs.ts';
import { awaitJobs, type RunEnd } from '../run/await-jobs.ts';
import { createFleet } from '../run/fleet.ts';
import { projectOf } from '../run/job-memory.ts';
import { createPlaces } from '../run/job-places.ts';
import { runJob } from '../run/run-job.ts';
import type { RunSignals } from '../run/run-signals.ts';
import { takeOneByOne, type SingleLimits } from './take-one-by-one.ts';

/** What one runner is run with. */
export interface SingleOptions {
  readonly config: ConfigFile;
  readonly systemId: string;
  /** Folder for records and logs of jobs. */
  readonly state: string;
  readonly limits: SingleLimits;
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Logger;
}

/**
 * Takes jobs for one runner, one after another, until it is told to end or a limit is reached.
 * @throws RunnerError when the runner cannot be set up
 */
export async function runSingle(options: SingleOptions, signals: RunSignals): Promise<RunEnd> {
  const { config, systemId, state, limits, environment, logger } = options;
  const clock = createSystemClock();
  const slots = createSlots();
  const running = new Set<Promise<void>>();
  const fleet = createFleet({
    systemId,
    state,
    clock,
    logger,
    environment,
    signal: signals.leave,
  });
  const placeOf = createPlaces(clock, logger, signals);
  let left = false;
  try {
    const [member] = await fleet.load(config);
    if (member === undefined) return { exitCode: 1, left };
    const place = placeOf(member);
    const { runner, id } = member;
    logger.info(`Starting runner for ${runner.url} with token ${runner.shortToken} ...`);
    await adoptJobs(member, place, { slots, running, logger });
    const done = running.size;
    const takeAll = async (): Promise<void> => {
      // One after another: those of an earlier process come first.
      await Promise.all(running);
      await takeOneByOne({
        request: async (call) => runner.client.requestJob(call),
        run: (offer) => {
          const project = projectSlotKey(id, projectOf(offer.payload));
          const taken = { runner: slots.take(id), project: slots.take(project) };
          const job = runJob(place, { offer, slots: taken })
            .catch((failure: unknown) => {
              if (!place.leave.aborted)
                place.logger.error('Failed to process runner', { error: String(failure) });
            })
            .finally(() => {
              slots.free(id, taken.runner);
              slots.free(project, taken.project);
              running.delete(job);
            });
          running.add(job);
          return job;
        },
        limits,
        done,
        clock,
        logger,
        stop: signals.stop,
      });
    };
    const taking = takeAll();
    await Promise.race([taking, aborted(signals.stop)]);
    const { shutdownTimeout } = config.global;
    const end = await awaitJobs({ running, signals, clock, logger, shutdownTimeout });
    ({ left } = end);
    if (!left) await taking;
    return end;
  } finally {
    // Jobs that are left still run here: taking their cluster away would end them by name.
    if (!left) await fleet.close();
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
