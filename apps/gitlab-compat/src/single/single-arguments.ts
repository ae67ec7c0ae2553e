import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultConfig } from '../config/default-config.ts';
import { cacheFlags } from './cache-flags.ts';
import type { GivenFlags } from './runner-of-flags.ts';
import type { RunnerFlag } from './runner-flags.ts';
import type { SingleLimits } from './take-one-by-one.ts';

/** What the command line of `run-single` says. */
export interface SingleArguments {
  readonly given: GivenFlags;
  readonly config: string;
  /** `--config` itself, not its variable nor its default. */
  readonly configIsGiven: boolean;
  /** Name of a runner of the configuration, which replaces all flags of a runner. */
  readonly runner: string | undefined;
  readonly limits: SingleLimits;
  readonly stateDirectory: string | undefined;
  /** Flags that are known and do nothing. */
  readonly unused: readonly string[];
}

/** Where help and complaints go, and the variables. */
export interface ArgumentsHost {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Pick<NodeJS.WriteStream, 'write'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'write'>;
}

/**
 * Parses the flags of `run-single`. One dash does for a long name too, as in Go.
 * @throws CommanderError for wrong arguments, and when help was asked for
 */
export function parseSingle(
  args: readonly string[],
  flags: readonly RunnerFlag[],
  host: ArgumentsHost,
): SingleArguments {
  const given = new Map<RunnerFlag, readonly string[]>();
  const unused: string[] = [];
  const command = new Command('millrace-gitlab run-single')
    .description('Takes jobs for one runner, one after another.')
    .option('-c, --config <file>', 'config.toml that --runner is in', defaultConfig(host.env))
    .option('-r, --runner <name>', 'take this runner of the config instead of the flags')
    .option('--max-builds <number>', 'end after so many jobs; 0: never', wholeNumber, 0)
    .option('--wait-timeout <seconds>', 'end after so long without a job; 0: never', wholeNumber, 0)
    .option(
      '--state-dir <folder>',
      'where records and logs of running jobs are kept for the next start; default: nowhere',
    )
    .addHelpText('after', help)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
    });
  for (const flag of flags)
    for (const [index, name] of flag.names.entries())
      command.addOption(
        optionOf(flag, index === 0 ? flag.short : undefined, name)
          .argParser((text: string) => {
            const before = repeats.has(flag.form) ? (given.get(flag) ?? []) : [];
            given.set(flag, [...before, text]);
          })
          .hideHelp(index > 0),
      );
  for (const name of cacheFlags)
    command.addOption(
      new Option(`--${name} [value]`)
        .preset('true')
        .argParser(() => void unused.push(name))
        .hideHelp(),
    );
  command.parse(withTwoDashes(args, command), { from: 'user' });
  const options = command.opts<{
    config: string;
    runner?: string;
    maxBuilds: number;
    waitTimeout: number;
    stateDir?: string;
  }>();
  return {
    given,
    unused,
    config: options.config,
    configIsGiven: command.getOptionValueSource('config') === 'cli',
    runner: options.runner,
    limits: {
      mostJobs: options.maxBuilds === 0 ? undefined : options.maxBuilds,
      waitTimeout: options.waitTimeout === 0 ? undefined : options.waitTimeout * 1000,
    },
    stateDirectory: options.stateDir,
  };
}

function optionOf(flag: RunnerFlag, short: string | undefined, name: string): Option {
  const { form, environment, doc } = flag;
  const isSwitch = form === 'boolean';
  const variable = environment === undefined ? '' : ` [$${environment}]`;
  const option = new Option(
    `${short === undefined ? '' : `-${short}, `}--${name} ${isSwitch ? '[value]' : '<value>'}`,
    `${doc}${variable}`,
  );
  return isSwitch ? option.preset('true') : option;
}

/** Forms whose flags may be given again for one more element. */
const repeats: ReadonlySet<string> = new Set([
  'string-list',
  'integer-list',
  'string-or-list',
  'string-map',
]);

function withTwoDashes(args: readonly string[], { options }: Command): readonly string[] {
  const known = new Set(options.flatMap(({ long }) => long ?? []));
  return args.map((word) => {
    const [name = ''] = word.split('=');
    return known.has(`-${name}`) && !name.startsWith('--') ? `-${word}` : word;
  });
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0)
    throw new InvalidArgumentError('must be a whole number');
  return number;
}

const help = `
Needed without --runner: --url, --token, --executor. A flag wins over its variable. Flags for lists are repeated, flags for
tables take key:value.

Signals:
  SIGQUIT          take no more jobs, end when the running one has ended
  SIGTERM, SIGINT  end the running job, tell its result, end; a second one ends at once`;
