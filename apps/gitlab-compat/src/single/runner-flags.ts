import type { Binding, SettingForm } from '@millrace/core';

/** A flag that stands for a key of `[[runners]]`. */
export interface RunnerFlag {
  /** Without dashes; several spellings of one. None for what only a variable of the environment can set. */
  readonly names: readonly string[];
  /** One letter. */
  readonly short?: string;
  readonly environment?: string;
  /** Path below `[[runners]]`. */
  readonly path: readonly string[];
  readonly form: SettingForm;
  readonly doc: string;
}

/** Keys of `[[runners]]` that belong to no plugin. */
const own: readonly RunnerFlag[] = [
  {
    names: ['name', 'description'],
    environment: 'RUNNER_NAME',
    path: ['name'],
    form: 'string',
    doc: 'name of the runner',
  },
  {
    names: ['url'],
    short: 'u',
    environment: 'CI_SERVER_URL',
    path: ['url'],
    form: 'string',
    doc: 'address of the GitLab server',
  },
  {
    names: ['token'],
    short: 't',
    environment: 'CI_SERVER_TOKEN',
    path: ['token'],
    form: 'string',
    doc: 'authentication token of the runner',
  },
  {
    names: ['executor'],
    environment: 'RUNNER_EXECUTOR',
    path: ['executor'],
    form: 'string',
    doc: 'kubernetes',
  },
  ...(['ca', 'cert', 'key'] as const).map((part): RunnerFlag => ({
    names: [`tls-${part}-file`],
    environment: `CI_SERVER_TLS_${part.toUpperCase()}_FILE`,
    path: [`tls-${part}-file`],
    form: 'string',
    doc: `${{ ca: 'authorities', cert: 'client certificate', key: 'client key' }[part]} for the server, as a file`,
  })),
  {
    names: ['limit'],
    environment: 'RUNNER_LIMIT',
    path: ['limit'],
    form: 'integer',
    doc: 'most jobs at a time; here there is never more than one',
  },
  {
    names: ['output-limit'],
    environment: 'RUNNER_OUTPUT_LIMIT',
    path: ['output_limit'],
    form: 'integer',
    doc: 'most output of a job, in KiB',
  },
  {
    names: ['request-concurrency'],
    environment: 'RUNNER_REQUEST_CONCURRENCY',
    path: ['request_concurrency'],
    form: 'integer',
    doc: 'most requests for jobs at a time; here there is never more than one',
  },
  {
    names: ['strict-check-interval'],
    environment: 'RUNNER_STRICT_CHECK_INTERVAL',
    path: ['strict_check_interval'],
    form: 'boolean',
    doc: 'accepted; jobs are always taken one after another here',
  },
  {
    names: ['unhealthy-requests-limit'],
    environment: 'RUNNER_UNHEALTHY_REQUESTS_LIMIT',
    path: ['unhealthy_requests_limit'],
    form: 'integer',
    doc: 'accepted; here every refused request is waited after',
  },
  {
    names: ['unhealthy-interval'],
    path: ['unhealthy_interval'],
    form: 'string',
    doc: 'accepted; here the wait is always five minutes',
  },
  {
    names: ['job-status-final-update-retry-limit'],
    environment: 'RUNNER_job_status_final_update_retry_limit',
    path: ['job_status_final_update_retry_limit'],
    form: 'integer',
    doc: 'how often a result is told at most',
  },
];

/**
 * Every flag and variable that stands for a key of a runner: the program's own and those of the plugins' rows. Keys that
 * are not supported have theirs too, in both spellings of their words, so that they are refused or warned about as in a
 * configuration.
 */
export function runnerFlags(bindings: readonly Binding[]): readonly RunnerFlag[] {
  const seen = new Map<string, RunnerFlag>();
  const add = (flag: RunnerFlag): void => {
    const key = flag.path.join('.');
    if (!seen.has(key)) seen.set(key, flag);
  };
  for (const flag of own) add(flag);
  for (const { rows, overwrites = [] } of bindings) {
    for (const row of rows) add(named(row, row.form));
    for (const { gate, label } of overwrites)
      add(named({ ...gate, doc: `allows jobs to set: ${label}` }, gateForm[gate.rule]));
  }
  for (const { unsupported = [] } of bindings)
    for (const { key, doc } of unsupported) add(withoutSupport(key, doc));
  return [...seen.values()];
}

const gateForm = { pattern: 'string', maximum: 'string', switch: 'boolean' } as const;

interface NamedKey {
  readonly key: string;
  readonly flag?: string;
  readonly environment?: string;
  readonly doc: string;
}

/** A key's place and what flags for it are called: those for pods begin with the name of their table. */
function named({ key, flag, environment, doc }: NamedKey, form: SettingForm): RunnerFlag {
  const inRunner = key.startsWith('/');
  return {
    names: flag === undefined ? [] : [inRunner ? flag : `kubernetes-${flag}`],
    ...(environment === undefined ? {} : { environment }),
    path: inRunner ? key.slice(1).split('.') : ['kubernetes', ...key.split('.')],
    form,
    doc,
  };
}

function withoutSupport(key: string, doc: string): RunnerFlag {
  const { path } = named({ key, doc }, 'string');
  const dotted = path.join('-');
  const inRunner = key.startsWith('/');
  const word = dotted.replaceAll('-', '_').toUpperCase();
  return {
    names: [...new Set([dotted.replaceAll('_', '-'), dotted])],
    environment: inRunner ? `RUNNER_${word}` : word,
    path,
    form: 'string',
    doc: `not supported: ${doc}`,
  };
}
