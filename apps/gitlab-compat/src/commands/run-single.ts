import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemRandom } from '@millrace/async';
import { builtInPlugins } from '../composition.ts';
import type { RunEnd } from '../run/await-jobs.ts';
import { listenForSignals, singleManners, type SignalSource } from '../run/run-signals.ts';
import { makeSystemId, readSystemId } from '../run/system-id.ts';
import { runSingle } from '../single/run-single.ts';
import { runnerFlags } from '../single/runner-flags.ts';
import { parseSingle, type SingleArguments } from '../single/single-arguments.ts';
import { singleConfig } from '../single/single-config.ts';
import type { ProcessLogger } from '../terminal/process-logger.ts';

/** The part of `process` that the command uses. */
export type SingleHost = SignalSource &
  Pick<NodeJS.Process, 'env'> & {
    readonly stdout: Pick<NodeJS.WriteStream, 'write'>;
    readonly stderr: Pick<NodeJS.WriteStream, 'write'>;
  };

/**
 * `millrace-gitlab run-single`
 * @param args - all flags; they are parsed here because they come from the plugins
 */
export async function runSingleCommand(
  args: readonly string[],
  host: SingleHost,
  logger: ProcessLogger,
): Promise<RunEnd> {
  const flags = runnerFlags(
    builtInPlugins('git').flatMap(({ bindings }) =>
      bindings.filter(({ peer }) => peer === 'gitlab'),
    ),
  );
  const parsed = parseSingle(args, flags, host);
  const { config: file, runner, stateDirectory, unused } = parsed;
  if (unused.length > 0)
    logger.warn(
      `${unused.map((name) => `--${name}`).join(', ')}: no effect, there is no cache yet`,
    );
  if (runner === undefined && parsed.configIsGiven)
    logger.warn('--config has no effect without --runner, which names a runner of it');
  const signals = listenForSignals(host, logger, singleManners);
  const temporary =
    stateDirectory === undefined ? await mkdtemp(join(tmpdir(), 'millrace-single-')) : undefined;
  try {
    const config = await singleConfig(
      {
        flags,
        given: parsed.given,
        environment: host.env,
        ...(runner === undefined ? {} : { named: { file, runner } }),
      },
      { signal: signals.leave },
    );
    // Without a place that the next process finds, nobody would go on with what is left.
    if (temporary === undefined) signals.onTerminate(() => config.global.onTerminate);
    const systemId = await systemIdOf(parsed, logger, signals.leave);
    return await runSingle(
      {
        config,
        systemId,
        state: temporary ?? resolve(stateDirectory ?? ''),
        limits: parsed.limits,
        environment: host.env,
        logger,
      },
      signals,
    );
  } finally {
    signals.release();
    // At once: where jobs are left, the process ends with the next breath.
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

/** The id that lies beside the configuration, where the runner comes from one; else it is kept nowhere. */
function systemIdOf(
  { config, runner }: SingleArguments,
  logger: ProcessLogger,
  signal: AbortSignal,
): Promise<string> {
  const random = systemRandom();
  if (runner === undefined) return makeSystemId({ random });
  return readSystemId({ configFile: resolve(config), random, logger, signal });
}
