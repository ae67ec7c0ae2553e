import { fileURLToPath } from 'node:url';
import {
  collectPair,
  interruptible,
  isColored,
  newProgram,
  portNumber,
  runProgram,
  wholeNumber,
  type Host,
  type Interruption,
} from '@millrace/command-line';
import { Option, type Command } from 'commander';
import type { ClusterOptions } from './commands/cluster.ts';
import type { CommandContext, ExplainOptions } from './commands/explain.ts';
import type { PluginsOptions } from './commands/plugins.ts';
import type { RunArguments } from './commands/run.ts';
import { defaultConfig } from './config/default-config.ts';
import { presentedRevision, presentedVersion } from './presented-version.ts';
import type { ProcessLogger } from './terminal/process-logger.ts';

type LogFormat = 'runner' | 'text' | 'json';

const exampleFile = fileURLToPath(
  new URL('../../../examples/first-job/.gitlab-ci.yml', import.meta.url),
);

/**
 * Parses the command line and runs the command.
 * @returns exit code: the command's own; 1 for errors that were told; 2 for wrong arguments
 */
export const run = (args: readonly string[], host: Host): Promise<number> =>
  runProgram(args, host, (done) => commands(host, done));

function commands(host: Host, done: (exitCode: number) => void): Command {
  const program = newProgram(host, {
    name: 'millrace-gitlab',
    description:
      'Runs GitLab CI jobs as Kubernetes pods. Stands in for gitlab-runner with the Kubernetes executor.',
    version: `millrace-gitlab (presents itself as gitlab-runner ${presentedVersion}, ${presentedRevision})`,
  })
    .addOption(
      new Option('--log-format <format>', 'form of the program’s own log lines')
        .choices(['runner', 'text', 'json'])
        .default('runner'),
    )
    .option('--debug', 'log more');
  const context = async (signal: AbortSignal): Promise<CommandContext> => ({
    stdout: host.stdout,
    stderr: host.stderr,
    color: isColored(host, host.stdout),
    logger: await openLogger(program, host),
    signal,
  });

  const interrupted = async (
    words: string,
    work: (signals: Interruption) => Promise<number>,
  ): Promise<void> => done(await interruptible(host, words, work));

  program
    .command('run')
    .description('take jobs from the GitLab servers of a config.toml and run them as pods')
    .option('-c, --config <file>', 'config.toml', defaultConfig(host.env))
    .option(
      '--state-dir <folder>',
      'where records and logs of running jobs are kept; default: .millrace beside the config',
    )
    .option('-d, --working-directory <folder>', 'where to work')
    .addOption(new Option('--listen-address <address>').hideHelp())
    .addOption(new Option('-n, --service <name>').hideHelp())
    .addOption(new Option('-u, --user <name>').hideHelp())
    .addOption(new Option('--syslog').hideHelp())
    .addHelpText('after', runHelp)
    .action(async (options: RunArguments) => {
      const { runCommand } = await import('./commands/run.ts');
      const logger = await openLogger(program, host, 'info');
      const isSet = (name: string): boolean => program.getOptionValueSource(name) === 'cli';
      const { exitCode, left } = await runCommand(options, host, {
        logger,
        keeps: { level: isSet('debug'), format: isSet('logFormat') },
      });
      done(exitCode);
      // Nothing that still runs here may touch what the next process goes on with.
      if (left) host.exit(exitCode);
    });

  program
    .command('run-single')
    .description('take jobs for one runner, one after another; its settings come from flags')
    .usage('[options]')
    .argument('[flags...]')
    // The flags are those of the plugins, which are loaded only for this command.
    .helpOption(false)
    .allowUnknownOption()
    .action(async (flags: readonly string[]) => {
      const { runSingleCommand } = await import('./commands/run-single.ts');
      const logger = await openLogger(program, host, 'info');
      const { exitCode, left } = await runSingleCommand(flags, host, logger);
      done(exitCode);
      if (left) host.exit(exitCode);
    });

  program
    .command('exec')
    .description(
      'run one job of a local .gitlab-ci.yml, or all of them in order, on an embedded cluster or --kubeconfig',
    )
    .argument('[job]', 'name of the job; all jobs when left out')
    .option('-f, --file <file>', 'pipeline file', '.gitlab-ci.yml')
    .option('-j, --job <name>', 'name of the job, instead of the argument')
    .option('-c, --config <file>', 'config.toml whose runner settings apply')
    .option('--runner <name>', 'which runner of the config; the first when left out')
    .option('--kubeconfig <file>', 'run on this cluster instead of an embedded one')
    .option('--context <name>', 'context of the kubeconfig')
    .addOption(
      new Option('-e, --variable <KEY=VALUE>', 'set a variable of the pipeline; may be repeated')
        .argParser(collectPair)
        .default({}, 'none'),
    )
    .addOption(namespacesOption())
    .option('--images <folder>', 'folder with unpacked images for the embedded cluster')
    .addOption(new Option('--example', 'run the example job when no file is named').hideHelp())
    .action(async (job: string | undefined, options: ExecArguments, command: Command) => {
      if (job !== undefined && options.job !== undefined && job !== options.job)
        command.error(`error: the argument names the job ${job}, --job names ${options.job}`);
      const { exec } = await import('./commands/exec.ts');
      const file =
        options.example === true && command.getOptionValueSource('file') === 'default'
          ? exampleFile
          : options.file;
      await interrupted(
        'canceling: the job is stopped and cleaned up; once more forces the end',
        async (signals) =>
          exec(
            {
              ...options,
              file,
              ...(job === undefined ? {} : { job }),
              variables: options.variable,
              environment: host.env,
            },
            await context(signals.abort),
            signals,
          ),
      );
    });

  program
    .command('explain')
    .description(
      'print the objects that a job would create and who set each field, without a cluster',
    )
    .requiredOption('-c, --config <file>', 'config.toml')
    .option('--runner <name>', 'which runner of the config; the first when left out')
    .requiredOption(
      '--job <file>',
      'the job: the answer of the GitLab API to a job request, as JSON',
    )
    .option(
      '--cluster-facts <file>',
      'version and rights of the cluster, as JSON; else version 1.34 and all rights',
    )
    .option('--system-id <id>', 'system id of the runner', 's_000000000000')
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
      await interrupted('canceling', async ({ cancel }) => explain(options, await context(cancel)));
    });

  program
    .command('plugins')
    .description(
      'print what is loaded, from where, in which order, and which configuration keys each plugin owns',
    )
    .option('-c, --config <file>', 'config.toml whose plugins are loaded too')
    .option('--runner <name>', 'which runner of the config; the first when left out')
    .option('--hooks', 'print who runs in which hook, in order', false)
    .action(async (options: PluginsOptions) => {
      const { plugins } = await import('./commands/plugins.ts');
      await interrupted('canceling', async ({ cancel }) => plugins(options, await context(cancel)));
    });

  program
    .command('cluster')
    .description('run an embedded cluster until Ctrl-C, for a shell with kubectl')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', portNumber, 0)
    .option('--kubeconfig <file>', 'where to write the kubeconfig', '.millrace/kubeconfig')
    .addOption(namespacesOption())
    .option('--images <folder>', 'folder with unpacked images')
    .action(async (options: ClusterOptions) => {
      const { cluster } = await import('./commands/cluster.ts');
      await interrupted('ending the cluster', async ({ cancel }) =>
        cluster(options, await context(cancel)),
      );
    });

  return program;
}

const runHelp = `
Signals:
  SIGQUIT          take no more jobs, end when all have ended
  SIGTERM, SIGINT  end running jobs, tell their results, end; a second one ends at once
                   on_terminate = "detach" in [millrace]: leave running jobs to the next start
  SIGHUP           read the configuration again (it is also read when it changes)

Jobs that ran when the process was killed are gone on with at the next start.`;

interface ExecArguments {
  readonly file: string;
  readonly job?: string;
  readonly config?: string;
  readonly runner?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly variable: Readonly<Record<string, string>>;
  readonly namespaces: 'auto' | 'off';
  readonly images?: string;
  readonly example?: boolean;
}

const namespacesOption = (): Option =>
  new Option('--namespaces <mode>', 'Linux namespaces for the embedded cluster’s containers')
    .choices(['auto', 'off'])
    .default('auto');

async function openLogger(
  program: Command,
  host: Host,
  usual: 'info' | 'warn' = 'warn',
): Promise<ProcessLogger> {
  const { openProcessLogger } = await import('./terminal/process-logger.ts');
  const { logFormat, debug } = program.opts<{ logFormat: LogFormat; debug?: boolean }>();
  return openProcessLogger({
    format: logFormat,
    level: debug === true ? 'debug' : usual,
    stream: host.stderr,
  });
}
