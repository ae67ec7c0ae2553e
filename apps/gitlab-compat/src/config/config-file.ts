import { parseGoDuration, parseToml, type TomlDocument } from '@millrace/config';
import { RunnerError, type JsonObject, type JsonValue } from '@millrace/core';
import { expandEnvironment } from './expand-environment.ts';
import { ownSettings, type OwnSettings } from './own-settings.ts';
import { object } from './read-json.ts';
import { runnerOf, tables, textOf, type RunnerConfig } from './runner-config.ts';

/** What of a `config.toml` concerns all runners. Times are milliseconds. */
export interface GlobalSettings extends OwnSettings {
  readonly concurrent: number;
  readonly checkInterval: number;
  readonly shutdownTimeout: number;
  /** `connection_max_age` */
  readonly connectionAge: number;
  readonly logLevel: string | undefined;
  readonly logFormat: string | undefined;
}

/** How one runner asks for jobs and reports them. Times are milliseconds. */
export interface PollSettings {
  /** Most jobs at a time; 0 is no limit. */
  readonly limit: number;
  readonly requestConcurrency: number;
  readonly strictCheckInterval: boolean;
  /** In units of 1024 bytes. */
  readonly outputLimit: number;
  readonly unhealthyRequests: number;
  readonly unhealthyInterval: number;
  /** `job_status_final_update_retry_limit`; undefined: a result is told until the server has it. */
  readonly finalUpdateRetries: number | undefined;
  readonly tls: { readonly ca: string; readonly certificate: string; readonly key: string };
  readonly featureFlags: Readonly<Record<string, boolean>>;
  readonly environment: readonly string[];
  readonly shell: string;
}

/** A runner with how it polls. */
export interface ConfiguredRunner {
  readonly config: RunnerConfig;
  readonly poll: PollSettings;
}

/** A whole `config.toml`. */
export interface ConfigFile {
  readonly global: GlobalSettings;
  readonly runners: readonly ConfiguredRunner[];
}

const second = 1000;
const defaults = { concurrent: 1, checkInterval: 3, shutdownTimeout: 30, connectionAge: '15m' };
const runnerDefaults = { unhealthyRequests: 3, unhealthyInterval: '60m' };

/**
 * Reads a configuration. Values of another type than GitLab Runner's count as unset, as there.
 * @param environment - for `$NAME` in `token` and `url`
 * @throws RunnerError when it is no TOML, allows no job at all, or when our own table is wrong
 */
export function configFile(
  text: string,
  file: string,
  environment: NodeJS.ProcessEnv = {},
): ConfigFile {
  const { global, runners } = configOf(parseToml(text, file), file);
  return {
    global,
    runners: runners.map(({ config, poll }) => ({
      config: withEnvironment(config, environment),
      poll,
    })),
  };
}

/**
 * The same of what was read already.
 * @throws RunnerError when it allows no job at all, or when our own table is wrong
 */
export const configOf = (document: TomlDocument, file: string): ConfigFile => ({
  global: globalSettings(document),
  runners: tables(document.value['runners']).map((runner, index) => ({
    config: runnerOf(document, file, index),
    poll: pollSettings(runner),
  })),
});

/** What counts where there is no configuration yet. */
export const noConfig = (file: string): ConfigFile => configFile('', file);

const withEnvironment = (config: RunnerConfig, environment: NodeJS.ProcessEnv): RunnerConfig => ({
  ...config,
  token: expandEnvironment(config.token, environment),
  url: expandEnvironment(config.url, environment),
});

function globalSettings(document: TomlDocument): GlobalSettings {
  const { value } = document;
  return {
    ...ownSettings(document),
    concurrent: concurrentOf(document),
    checkInterval: (positive(value['check_interval']) ?? defaults.checkInterval) * second,
    shutdownTimeout: (positive(value['shutdown_timeout']) ?? defaults.shutdownTimeout) * second,
    connectionAge: duration(value['connection_max_age'], defaults.connectionAge),
    logLevel: textOf(value['log_level']),
    logFormat: textOf(value['log_format']),
  };
}

/** GitLab Runner ends with less than one worker; so a typo is told at once. */
function concurrentOf({ value, positionOf }: TomlDocument): number {
  const concurrent = whole(value['concurrent']) ?? defaults.concurrent;
  if (concurrent > 0) return concurrent;
  const position = positionOf(['concurrent']);
  throw new RunnerError(`concurrent: must be at least 1, not ${concurrent}`, {
    code: 'MILLRACE_E_CONFIG',
    kind: 'config',
    hint: 'to take no more jobs, pause the runner in GitLab or send SIGQUIT',
    ...(position === undefined ? {} : { position }),
  });
}

function pollSettings(runner: JsonObject): PollSettings {
  const flags = Object.entries(object(runner['feature_flags']));
  return {
    limit: whole(runner['limit']) ?? 0,
    requestConcurrency: whole(runner['request_concurrency']) ?? 1,
    strictCheckInterval: runner['strict_check_interval'] === true,
    outputLimit: whole(runner['output_limit']) ?? 0,
    unhealthyRequests:
      positive(runner['unhealthy_requests_limit']) ?? runnerDefaults.unhealthyRequests,
    unhealthyInterval: duration(runner['unhealthy_interval'], runnerDefaults.unhealthyInterval),
    finalUpdateRetries: positive(runner['job_status_final_update_retry_limit']),
    tls: {
      ca: textOf(runner['tls-ca-file']) ?? '',
      certificate: textOf(runner['tls-cert-file']) ?? '',
      key: textOf(runner['tls-key-file']) ?? '',
    },
    featureFlags: Object.fromEntries(
      flags.filter((flag): flag is [string, boolean] => typeof flag[1] === 'boolean'),
    ),
    environment: texts(runner['environment']),
    shell: textOf(runner['shell']) ?? 'bash',
  };
}

const whole = (value: JsonValue | undefined): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) ? value : undefined;

const positive = (value: JsonValue | undefined): number | undefined => {
  const number = whole(value);
  return number !== undefined && number > 0 ? number : undefined;
};

const texts = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value)
    ? (value as readonly JsonValue[]).filter((entry) => typeof entry === 'string')
    : [];

/** A Go duration, or nanoseconds. */
function duration(value: JsonValue | undefined, otherwise: string): number {
  const isWritten = typeof value === 'number' || typeof value === 'string';
  const written = isWritten ? parseGoDuration(value) : undefined;
  return written ?? parseGoDuration(otherwise) ?? 0;
}
