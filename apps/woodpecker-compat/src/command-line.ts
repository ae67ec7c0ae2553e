import { suggest } from '@millrace/config';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { woodpeckerBindings } from './bindings.ts';
import type { CommandContext } from './commands/command-context.ts';
import type { ExplainOptions } from './commands/explain.ts';
import type { PluginsOptions } from './commands/plugins.ts';
import { agentVariables } from './config/agent-variables.ts';
import { environmentVariables } from './config/environment-variables.ts';
import { presentedVersion } from './presented-version.ts';
import { stderrLogger } from './terminal/stderr-logger.ts';

/** The part of `process` that the program uses. */
export type Host = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env' | 'on' | 'off' | 'exit'>;

/**
 * Parses the command line and runs the command.
 * @returns exit code: the command's own; 1 for errors that were told; 2 for wrong arguments
 */
export async function run(args: readonly string[], host: Host): Promise<number> {
  let exitCode = 0;
  // Without a listener a closed pipe ends the process with a trace.
  for (const stream of [host.stdout, host.stderr]) stream.on('error', () => undefined);
  const [end, force] = [new AbortController(), new AbortController()];
  // The first signal ends politely, the second does not wait, the third ends the process.
  const onSignal = (): void => {
    if (force.signal.aborted) host.exit(130);
    (end.signal.aborted ? force : end).abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) host.on(name, onSignal);
  const program = commands(host, { signal: end.signal, abort: force.signal }, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    const { describeError } = await import('./terminal/print-error.ts');
    host.stderr.write(`${describeError(thrown, colored(host, host.stderr))}\n`);
    return 1;
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) host.off(name, onSignal);
  }
}

/** Flags, by the variable that each stands for. */
const variables = [
  ...agentVariables.map(({ flag, names: [name], doc }) => ({ flag, name, doc })),
  ...environmentVariables(woodpeckerBindings),
];

function commands(
  host: Host,
  signals: Pick<CommandContext, 'signal' | 'abort'>,
  done: (exitCode: number) => void,
): Command {
  const program = new Command('millrace-woodpecker')
    .description(
      'Runs Woodpecker workflows as Kubernetes pods. Stands in for woodpecker-agent with the Kubernetes backend.',
    )
    .version(
      `millrace-woodpecker (presents itself as woodpecker-agent ${presentedVersion})`,
      '-V, --version',
      'print the version',
    )
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
    });
  for (const { flag, name, doc } of variables)
    if (flag !== undefined) program.addOption(new Option(`--${flag} [value]`, `${doc} [$${name}]`));
  const context = (): CommandContext => ({
    stdout: host.stdout,
    stderr: host.stderr,
    color: colored(host, host.stdout),
    logger: stderrLogger(host.stderr),
    ...signals,
    environment: host.env,
    flags: flagValues(program),
  });

  program.allowExcessArguments(true).action(async () => {
    const [unknown] = program.args;
    if (unknown !== undefined) program.error(unknownCommand(unknown, program));
    const { agent } = await import('./commands/agent.ts');
    done(await agent(context()));
  });

  program
    .command('ping')
    .description('ask a running agent how it is: exit code 0 when it is well')
    .action(async () => {
      const { ping } = await import('./commands/ping.ts');
      done(await ping(context()));
    });

  program
    .command('explain')
    .description(
      'print the objects that a workflow would create and who set each field, without a cluster',
    )
    .requiredOption(
      '--workflow <file>',
      'the workflow: the backend configuration that the server sends to an agent, as JSON',
    )
    .option('--task <file>', 'its id and timeout in minutes: {"task_uuid": "42", "timeout": 60}')
    .option(
      '--env-file <file>',
      "the agent's environment instead of this process's: a JSON object, or KEY=value lines",
    )
    .option('--platform <os/arch>', "the agent's platform in Go's words; default: this machine's")
    .option('--seed <number>', 'seed of random names', wholeNumber, 1)
    .option('--now <time>', 'time of the plan, RFC 3339')
    .option('--show-secrets', 'print secret values', false)
    .addOption(
      new Option('--format <format>', 'table for people, json for programs')
        .choices(['table', 'json'])
        .default('table'),
    )
    .action(async (options: ExplainOptions) => {
      const { explain } = await import('./commands/explain.ts');
      done(await explain(options, context()));
    });

  program
    .command('plugins')
    .description(
      'print what is loaded, from where, in which order, and which variables and options each plugin owns',
    )
    .option('--hooks', 'print who runs in which hook, in order', false)
    .action(async (options: PluginsOptions) => {
      const { plugins } = await import('./commands/plugins.ts');
      done(await plugins(options, context()));
    });

  return program;
}

function unknownCommand(name: string, { commands: known }: Command): string {
  const meant = suggest(
    name,
    known.map((command) => command.name()),
  );
  return `error: unknown command '${name}'${meant === undefined ? '' : `\n(Did you mean ${meant}?)`}`;
}

/** Flags that were given, by the variable they stand for; a bare one is `true`. */
function flagValues(program: Command): Readonly<Record<string, string>> {
  const options = new Map(program.options.map((option) => [option.long, option.attributeName()]));
  const values = program.opts<Readonly<Record<string, unknown>>>();
  return Object.fromEntries(
    variables.flatMap(({ flag, name }) => {
      const value = values[options.get(`--${flag ?? ''}`) ?? ''];
      return typeof value === 'string' || value === true ? [[name, String(value)]] : [];
    }),
  );
}

function colored({ env }: Host, stream: NodeJS.WriteStream): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0)
    throw new InvalidArgumentError('must be a whole number');
  return number;
}
