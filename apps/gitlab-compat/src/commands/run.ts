import { chdir } from 'node:process';
import type { GlobalSettings } from '../config/config-file.ts';
import type { RunEnd } from '../run/await-jobs.ts';
import { runProcess } from '../run/run-process.ts';
import { listenForSignals, type SignalSource } from '../run/run-signals.ts';
import type { ProcessLogger } from '../terminal/process-logger.ts';

/** Arguments of `run`. */
export interface RunArguments {
  readonly config: string;
  readonly stateDir?: string;
  readonly workingDirectory?: string;
  readonly listenAddress?: string;
  readonly service?: string;
  readonly user?: string;
  readonly syslog?: boolean;
}

/** The process's log, and what of it the command line has set for good. */
interface RunLog {
  readonly logger: ProcessLogger;
  readonly keeps: { readonly level: boolean; readonly format: boolean };
}

/** `millrace-gitlab run` */
export async function runCommand(
  options: RunArguments,
  host: SignalSource & { readonly env: NodeJS.ProcessEnv },
  { logger, keeps }: RunLog,
): Promise<RunEnd> {
  const { config, stateDir, workingDirectory } = options;
  for (const [name, value] of Object.entries(withoutEffect(options)))
    if (value !== undefined)
      logger.warn(`--${name} has no effect: it is accepted for the sake of existing unit files`);
  if (workingDirectory !== undefined) chdir(workingDirectory);
  const signals = listenForSignals(host, logger);
  try {
    return await runProcess(
      {
        config,
        environment: host.env,
        ...(stateDir === undefined ? {} : { stateDirectory: stateDir }),
      },
      {
        logger,
        onConfig: ({ global }) => {
          const change = logSettings(global);
          logger.configure({
            ...(keeps.level ? {} : { level: change.level }),
            ...(keeps.format ? {} : { format: change.format }),
          });
        },
      },
      signals,
    );
  } finally {
    signals.release();
  }
}

const withoutEffect = ({
  listenAddress,
  service,
  user,
  syslog,
}: RunArguments): Readonly<Record<string, unknown>> => ({
  'listen-address': listenAddress,
  service,
  user,
  syslog,
});

/** `log_level` and `log_format`; words that are none count as not set. */
function logSettings({ logLevel = '', logFormat = '' }: GlobalSettings): {
  readonly level: 'debug' | 'error' | 'info' | 'warn';
  readonly format: 'json' | 'runner' | 'text';
} {
  return { level: levelOf.get(logLevel) ?? 'info', format: formatOf.get(logFormat) ?? 'runner' };
}

const levelOf = new Map([
  ['debug', 'debug'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['fatal', 'error'],
  ['panic', 'error'],
] as const) as ReadonlyMap<string, 'debug' | 'error' | 'info' | 'warn'>;

const formatOf = new Map([
  ['runner', 'runner'],
  ['text', 'text'],
  ['json', 'json'],
] as const) as ReadonlyMap<string, 'json' | 'runner' | 'text'>;
