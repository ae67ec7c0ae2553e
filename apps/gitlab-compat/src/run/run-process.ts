import { dirname, join, resolve } from 'node:path';
import { createSystemClock, systemRandom } from '@millrace/async';
import { isRunnerError, RunnerError, type Logger } from '@millrace/core';
import { configFile, noConfig, type ConfigFile } from '../config/config-file.ts';
import { readText } from '../config/runner-config.ts';
import { adoptJobs } from './adopt-jobs.ts';
import { createFleet, type Member } from './fleet.ts';
import { createSlots } from './polling/slots.ts';
import type { RunSignals } from './run-signals.ts';
import { runJob, type JobPlace } from './run-job.ts';
import { readSystemId } from './system-id.ts';
import { takeJobs } from './take-jobs.ts';
import { watchConfig } from './watch-config.ts';

/** Options of `run`. */
export interface RunOptions {
  readonly config: string;
  /** Where records and logs of jobs are kept; default: the configuration's, else `.millrace` beside it. */
  readonly stateDirectory?: string;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Takes jobs from the servers of a configuration until it is told to end.
 * @returns exit code: 0 when every job has ended and was told, 1 when that took too long
 * @throws RunnerError when the configuration cannot be used at the start
 */
export async function runProcess(
  options: RunOptions,
  { logger }: { readonly logger: Logger },
  signals: RunSignals,
): Promise<number> {
  const file = resolve(options.config);
  const clock = createSystemClock();
  logger.info(`Starting multi-runner from ${options.config} ...`);
  let config = await read(file, signals.leave);
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
  const placeOf = (member: Member): JobPlace => ({
    ...member,
    clock,
    logger: logger.child({ runner: member.runner.name }),
    interrupt: signals.interrupt,
    leave: signals.leave,
  });
  try {
    await fleet.load(config);
    logger.info('Configuration loaded');
    for (const member of fleet.members())
      await adoptJobs(member, placeOf(member), { slots, running, logger });
    const reload = async (): Promise<void> => {
      try {
        const next = await read(file, signals.leave);
        await fleet.load(next);
        config = next;
        logger.info('Configuration loaded');
      } catch (failure) {
        logger.error(`Failed to load config ${describe(failure)}`);
      }
    };
    signals.onReload(() => void reload());
    const watching = watchConfig(file, { clock, signal: signals.stop }, reload, (message) =>
      logger.error(message),
    );
    await takeJobs({
      fleet,
      global: () => config.global,
      slots,
      clock,
      logger,
      running,
      stop: signals.stop,
      run: async (member, offer, slot) => {
        const release = member.hold();
        try {
          await runJob(placeOf(member), offer, { runner: slot, project: slot });
        } catch (failure) {
          if (!signals.leave.aborted)
            logger.error('Failed to process runner', { error: describe(failure) });
        } finally {
          await release();
        }
      },
    });
    await watching;
    return await allEnded(running, config, signals, logger);
  } finally {
    await fleet.close();
  }
}

/** Waits for the jobs: without a limit when told to end politely, else for the shutdown time. */
async function allEnded(
  running: ReadonlySet<Promise<void>>,
  { global }: ConfigFile,
  signals: RunSignals,
  logger: Logger,
): Promise<number> {
  const clock = createSystemClock();
  if (global.onTerminate === 'detach' && signals.interrupt.aborted) return leave(signals, running);
  const over = new Promise<'late'>((late) => {
    const begin = (): void => void clock.after(global.shutdownTimeout, () => late('late'));
    if (signals.interrupt.aborted) begin();
    else signals.interrupt.addEventListener('abort', begin, { once: true });
  });
  const left = new Promise<'late'>((late) => {
    if (signals.leave.aborted) late('late');
    else signals.leave.addEventListener('abort', () => late('late'), { once: true });
  });
  while (running.size > 0) {
    const first = await Promise.race([Promise.all(running), over, left]);
    if (first !== 'late') continue;
    logger.error('shutdown timed out');
    await leave(signals, running);
    return 1;
  }
  logger.info('All workers stopped.');
  logger.info('Can exit now!');
  return 0;
}

/** Lets go of the jobs: their records stay, and the next process goes on with them. */
async function leave(signals: RunSignals, running: ReadonlySet<Promise<void>>): Promise<number> {
  signals.abandon();
  await Promise.all(running);
  return 0;
}

async function read(file: string, signal: AbortSignal): Promise<ConfigFile> {
  try {
    return configFile(await readText(file, signal), file);
  } catch (failure) {
    const isAbsent =
      isRunnerError(failure) &&
      (failure.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    if (isAbsent) return noConfig(file);
    throw failure;
  }
}

function stateDirectory(options: RunOptions, { global }: ConfigFile, file: string): string {
  const beside = (path: string): string => resolve(dirname(file), path);
  if (options.stateDirectory !== undefined) return resolve(options.stateDirectory);
  return global.stateDirectory === undefined
    ? join(dirname(file), '.millrace')
    : beside(global.stateDirectory);
}

const describe = (failure: unknown): string =>
  failure instanceof RunnerError || failure instanceof Error ? failure.message : String(failure);
