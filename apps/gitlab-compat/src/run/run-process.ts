import { dirname, join, resolve } from 'node:path';
import { createSystemClock, systemRandom } from '@millrace/async';
import { isRunnerError, type Logger } from '@millrace/core';
import { createSlots } from '@millrace/gitlab-protocol';
import { configFile, noConfig, type ConfigFile } from '../config/config-file.ts';
import { readText } from '../config/runner-config.ts';
import { adoptJobs } from './adopt-jobs.ts';
import { awaitJobs, type RunEnd } from './await-jobs.ts';
import { createFleet } from './fleet.ts';
import { createPlaces } from './job-places.ts';
import type { RunSignals } from './run-signals.ts';
import { runJob } from './run-job.ts';
import { readSystemId } from './system-id.ts';
import { takeJobs } from './take-jobs.ts';
import { fileVersion, watchConfig } from './watch-config.ts';

/** Options of `run`. */
export interface RunOptions {
  readonly config: string;
  /** Where records and logs of jobs are kept; default: the configuration's, else `.millrace` beside it. */
  readonly stateDirectory?: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** What a process works with. */
export interface RunPorts {
  readonly logger: Logger;
  /** Takes `log_level` and `log_format`; they do not count where the command line has named them. */
  readonly onConfig: (config: ConfigFile) => void;
}

/**
 * Takes jobs from the servers of a configuration until it is told to end.
 * @throws RunnerError when the configuration cannot be used at the start
 */
export async function runProcess(
  options: RunOptions,
  { logger, onConfig }: RunPorts,
  signals: RunSignals,
): Promise<RunEnd> {
  const file = resolve(options.config);
  const clock = createSystemClock();
  logger.info(`Starting multi-runner from ${options.config} ...`);
  const version = await fileVersion(file);
  let config = await readIfThere(file, options.environment, signals.leave);
  onConfig(config);
  signals.onTerminate(() => config.global.onTerminate);
  const systemId = await readSystemId({
    configFile: file,
    random: systemRandom(),
    logger,
    signal: signals.leave,
  });
  const slots = createSlots();
  const running = new Set<Promise<void>>();
  const fleet = createFleet({
    systemId,
    state: stateDirectory(options, config, file),
    clock,
    logger,
    environment: options.environment,
    signal: signals.leave,
  });
  const placeOf = createPlaces(clock, logger, signals);
  const take = async (next: ConfigFile): Promise<void> => {
    for (const member of await fleet.load(next))
      await adoptJobs(member, placeOf(member), { slots, running, logger });
    config = next;
    logger.info('Configuration loaded');
  };
  let left = false;
  try {
    await take(config);
    const watch = watchConfig(
      file,
      version,
      { clock, signal: signals.stop },
      {
        load: async () => {
          try {
            const next = await readFile(file, options.environment, signals.leave);
            await take(next);
            onConfig(next);
          } catch (failure) {
            logger.error(`Failed to load config ${describe(failure)}`);
          }
        },
        missing: (message) => logger.error(message),
      },
    );
    signals.onReload(() => void watch.reload());
    await takeJobs({
      fleet,
      global: () => config.global,
      slots,
      clock,
      logger,
      running,
      stop: signals.stop,
      run: async (member, taken) => {
        const place = placeOf(member);
        try {
          await runJob(place, taken);
        } catch (failure) {
          if (!place.leave.aborted)
            place.logger.error('Failed to process runner', { error: describe(failure) });
        }
      },
    });
    await watch.done;
    const end = await awaitJobs({
      running,
      signals,
      clock,
      logger,
      shutdownTimeout: config.global.shutdownTimeout,
    });
    ({ left } = end);
    return end;
  } finally {
    // Jobs that are left still run here: taking their cluster away would end them by name.
    if (!left) await fleet.close();
  }
}

const readFile = async (
  file: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ConfigFile> => configFile(await readText(file, signal), file, environment);

/** A file that is not there yet is no error at the start: it may come later. */
async function readIfThere(
  file: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ConfigFile> {
  try {
    return await readFile(file, environment, signal);
  } catch (failure) {
    const isAbsent =
      isRunnerError(failure) &&
      (failure.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    if (isAbsent) return noConfig(file);
    throw failure;
  }
}

function stateDirectory(options: RunOptions, { global }: ConfigFile, file: string): string {
  if (options.stateDirectory !== undefined) return resolve(options.stateDirectory);
  return global.stateDirectory === undefined
    ? join(dirname(file), '.millrace')
    : resolve(dirname(file), global.stateDirectory);
}

const describe = (failure: unknown): string =>
  failure instanceof Error ? failure.message : String(failure);
