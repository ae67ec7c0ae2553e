import { suggest } from '@millrace/config';
import {
  collectPair,
  interruptible,
  isColored,
  newProgram,
  runProgram,
  wholeNumber,
  type Host,
  type Interruption,
} from '@millrace/command-line';
import { pipelineEvents } from '@millrace/woodpecker-pipeline';
import { Option, type Command } from 'commander';
import type { CommandContext } from './commands/command-context.ts';
import type { ExecOptions } from './commands/exec.ts';
import type { ExplainOptions } from './commands/explain.ts';
import type { PluginsOptions } from './commands/plugins.ts';
import { addAgentFlags, flagValues, withBareSwitches } from './config/agent-flags.ts';
import { loadDotenv } from './config/load-dotenv.ts';
import { presentedVersion } from './presented-version.ts';
import { stderrLogger } from './terminal/stderr-logger.ts';

/**
 * Parses the command line and runs the command.
 * @returns exit code: the command's own; 1 for errors that were told; 2 for wrong arguments
 */
export const run = (args: readonly string[], host: Host): Promise<number> =>
  runProgram(withBareSwitches(args), host, (done) => commands(host, done));

function commands(host: Host, done: (exitCode: number) => void): Command {
  const program = newProgram(host, {
    name: 'millrace-woodpecker',
    description:
      'Runs Woodpecker workflows as Kubernetes pods. Stands in for woodpecker-agent with the Kubernetes backend.',
    version: `millrace-woodpecker (presents itself as woodpecker-agent ${presentedVersion})`,
  });
  addAgentFlags(program);
  const context = ({ cancel, abort }: Interruption): CommandContext => ({
    stdout: host.stdout,
    stderr: host.stderr,
    color: isColored(host, host.stdout),
    logger: stderrLogger(host.stderr),
    signal: cancel,
    abort,
    environment: host.env,
    flags: flagValues(program),
  });

  /** Runs a command of the agent, whose environment is also in `.env`, unless it comes from somewhere else. */
  const ofAgent = async (
    work: (context: CommandContext) => Promise<number>,
    { isOwn = true }: { readonly isOwn?: boolean } = {},
  ): Promise<void> =>
    done(
      await interruptible(host, undefined, async (signals) => {
        if (isOwn) await loadDotenv(host.env, host.cwd(), { signal: signals.cancel });
        return work(context(signals));
      }),
    );

  program.allowExcessArguments(true).action(async () => {
    const [unknown] = program.args;
    if (unknown !== undefined) program.error(unknownCommand(unknown, program));
    const { agent } = await import('./commands/agent.ts');
    await ofAgent(agent);
  });

  program
    .command('ping')
    .description('ask a running agent how it is: exit code 0 when it is well')
    .action(async () => {
      const { ping } = await import('./commands/ping.ts');
      await ofAgent(ping);
    });

  program
    .command('exec')
    .description(
      'run the workflows of a local pipeline, on a cluster of its own or the one of a kubeconfig',
    )
    .argument(
      '[path]',
      'a workflow file, a .woodpecker folder, or the project; default: this folder',
    )
    .option('--workflow <name>', 'run this workflow only, whatever it waits for')
    .addOption(
      new Option('--event <event>', 'what makes the pipeline run')
        .choices(pipelineEvents)
        .default('push'),
    )
    .option('--branch <name>', 'default: the one that is checked out')
    .addOption(pairs('-e, --variable <KEY=VALUE>', 'a variable of this run; may be repeated'))
    .addOption(pairs('--secret <NAME=VALUE>', 'a secret; may be repeated'))
    .option('--secrets-file <file>', 'secrets: a JSON object, or NAME=value lines')
    .option(
      '--trusted',
      'steps may be privileged and use the network and volumes of the node',
      false,
    )
    .option('--timeout <minutes>', 'of each workflow', wholeNumber, 60)
    .option('--kubeconfig <file>', 'use this cluster instead of an embedded one')
    .option('--context <name>', 'context of the kubeconfig; default: its current one')
    .option(
      '--sources-image <image>',
      'image of the step that fills the workspace: a shell and tar',
      'busybox:stable-musl',
    )
    .addOption(
      new Option('--namespaces <mode>', 'Linux namespaces for the embedded cluster’s containers')
        .choices(['auto', 'off'])
        .default('auto'),
    )
    .option('--images <folder>', 'folder with unpacked images for the embedded cluster')
    .action(async (path: string | undefined, options: ExecOptions) => {
      const { exec } = await import('./commands/exec.ts');
      const words = 'canceling: steps are stopped and cleaned up; once more forces the end';
      done(
        await interruptible(host, words, (signals) =>
          exec(path, options, context({ ...signals, cancel: signals.abort }), signals),
        ),
      );
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
      const isOwn = options.envFile === undefined;
      await ofAgent((known) => explain(options, known), { isOwn });
    });

  program
    .command('plugins')
    .description(
      'print what is loaded, from where, in which order, and which variables and options each plugin owns',
    )
    .option('--hooks', 'print who runs in which hook, in order', false)
    .action(async (options: PluginsOptions) => {
      const { plugins } = await import('./commands/plugins.ts');
      await ofAgent((known) => plugins(options, known));
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

const pairs = (flags: string, doc: string): Option =>
  new Option(flags, doc).argParser(collectPair).default({}, 'none');
