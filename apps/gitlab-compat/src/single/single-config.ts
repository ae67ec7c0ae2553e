import { RunnerError } from '@millrace/core';
import type { ConfigFile, ConfiguredRunner } from '../config/config-file.ts';
import { configFile, configOf } from '../config/config-file.ts';
import { noRunner, readText } from '../config/runner-config.ts';
import { runnerOfFlags, type GivenFlags } from './runner-of-flags.ts';
import type { RunnerFlag } from './runner-flags.ts';

/** From where the one runner comes. */
export interface SingleSource {
  readonly flags: readonly RunnerFlag[];
  readonly given: GivenFlags;
  readonly environment: NodeJS.ProcessEnv;
  /** A runner of a configuration instead of the flags. */
  readonly named?: { readonly file: string; readonly runner: string };
}

/**
 * A configuration of one runner.
 * @throws RunnerError `MILLRACE_E_CONFIG` when it has no address, no token, or no executor of ours; as
 *   {@link configFile} where it comes from a file
 */
export async function singleConfig(
  source: SingleSource,
  { signal }: { readonly signal: AbortSignal },
): Promise<ConfigFile & { readonly runners: readonly [ConfiguredRunner] }> {
  const { global, runners } = await read(source, signal);
  const [runner] = runners;
  if (runner === undefined)
    throw new TypeError('a configuration without the runner it was read for');
  const { url, token, table } = runner.config;
  const { executor } = table.runner;
  if (url === '') throw missing('URL', '--url or CI_SERVER_URL');
  if (token.trim() === '') throw missing('Token', '--token or CI_SERVER_TOKEN');
  if (typeof executor !== 'string' || executor === '')
    throw missing('Executor', '--executor kubernetes or RUNNER_EXECUTOR');
  if (executor !== 'kubernetes')
    throw new RunnerError(`Executor ${JSON.stringify(executor)} is not known`, {
      code: 'MILLRACE_E_CONFIG',
      kind: 'config',
      hint: 'this program runs jobs as pods: --executor kubernetes',
    });
  return { global, runners: [runner] };
}

async function read(
  { flags, given, environment, named }: SingleSource,
  signal: AbortSignal,
): Promise<ConfigFile> {
  if (named === undefined) {
    const runner = runnerOfFlags(flags, given, environment);
    const nowhere = (): undefined => undefined;
    return configOf({ value: { runners: [runner] }, positionOf: nowhere }, 'the command line');
  }
  const { file, runner: name } = named;
  const { global, runners } = configFile(await readText(file, signal), file, environment);
  const runner = runners.find(({ config }) => config.table.runner['name'] === name);
  if (runner === undefined)
    throw noRunner(
      file,
      name,
      runners.map(({ config }) => config.table.runner),
    );
  return { global, runners: [runner] };
}

const missing = (what: string, give: string): RunnerError =>
  new RunnerError(`Missing ${what}`, {
    code: 'MILLRACE_E_CONFIG',
    kind: 'config',
    hint: `give ${give}`,
  });
