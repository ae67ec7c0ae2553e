/**
 * Who has to act: the job's author (`user`), the operator (`config`), nobody in particular
 * (`system`), or nobody because it was asked for (`canceled`) or took too long (`timeout`).
 */
export type ErrorKind = 'user' | 'config' | 'system' | 'timeout' | 'canceled';

/** What may be tried again after this error: nothing, the one operation, or the whole job. */
export type RetryScope = 'never' | 'operation' | 'job';

/** A place in a configuration or pipeline file. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/** Everything a {@link RunnerError} says besides its message. */
export interface RunnerErrorFields {
  /** Stable identifier, `MILLRACE_E_…`; documented in `docs/reference/errors.md`. */
  readonly code: `MILLRACE_E_${string}`;
  readonly kind: ErrorKind;
  /** Machine-readable reason, see `docs/reference/failure-reasons.md`; defaults to one by kind. */
  readonly reason?: FailureReason;
  readonly retry?: RetryScope;
  /** The plugin, hook, object or setting at fault. */
  readonly blame?: string;
  /** What to do about it, one sentence. */
  readonly hint?: string;
  readonly position?: SourcePosition;
  /** Further facts, plain JSON, free of secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Why a job or an operation failed. The union is open: plugins add reasons of their own. Each app maps
 * reasons to its peer's words in one table.
 */
export type FailureReason =
  /** The user's script ended with a non-zero code. */
  | 'script_failed'
  /** A setting or job option is wrong; the operator or author must change it. */
  | 'configuration_error'
  /** A rule of the operator refuses what the job asks for. */
  | 'refused'
  | 'image_pull_failed'
  | 'image_name_invalid'
  | 'image_never_pull'
  | 'container_config_error'
  | 'container_start_failed'
  /** A container the job needs ended while a stage ran. */
  | 'container_terminated'
  | 'oom_killed'
  | 'pod_unschedulable'
  | 'pod_start_timeout'
  | 'pod_deleted'
  | 'pod_failed'
  | 'evicted'
  | 'node_lost'
  | 'quota_exceeded'
  /** The API server does not accept the object. */
  | 'api_rejected'
  | 'api_unreachable'
  | 'api_unauthorized'
  | 'api_forbidden'
  | 'api_not_found'
  /** An object of that name is there and is not this job's. */
  | 'api_already_exists'
  /** The object was changed by somebody else meanwhile. */
  | 'api_conflict'
  /** The version that a watch or list asked for is no longer kept. */
  | 'api_expired'
  /** The API server asks for patience (429). */
  | 'api_overloaded'
  /** The API server, a webhook or the node's kubelet does not answer at the moment. */
  | 'api_unavailable'
  /** The namespace's Pod Security level refuses the pod. */
  | 'pod_security_violation'
  | 'service_account_not_found'
  | 'namespace_terminating'
  /** Logs or exec were asked of a container that has not started yet. */
  | 'container_not_started'
  /** A stream ended without saying how the command ended. */
  | 'exec_lost'
  /** No exit record and no container state: nobody can say how the stage ended. */
  | 'result_unknown'
  /** The process that ran the job ended, and the next one could not go on with it. */
  | 'not_adopted'
  | 'plugin_failed'
  | 'job_timeout'
  | 'stage_timeout'
  | 'canceled'
  | 'internal'
  | (string & {});

const defaultReason: Readonly<Record<ErrorKind, FailureReason>> = {
  user: 'script_failed',
  config: 'configuration_error',
  system: 'internal',
  timeout: 'job_timeout',
  canceled: 'canceled',
};

/** The one error class of millrace. Check with {@link isRunnerError}: copies of this package may coexist. */
export class RunnerError extends Error {
  readonly $$type = '@millrace/runner-error';
  readonly code: `MILLRACE_E_${string}`;
  readonly kind: ErrorKind;
  readonly reason: FailureReason;
  readonly retry: RetryScope;
  readonly blame: string | undefined;
  readonly hint: string | undefined;
  readonly position: SourcePosition | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, fields: RunnerErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'RunnerError';
    this.code = fields.code;
    this.kind = fields.kind;
    this.reason = fields.reason ?? defaultReason[fields.kind];
    this.retry = fields.retry ?? 'never';
    this.blame = fields.blame;
    this.hint = fields.hint;
    this.position = fields.position;
    this.details = fields.details ?? {};
  }
}

/** True for a {@link RunnerError} of any installed copy of this package. */
export function isRunnerError(value: unknown): value is RunnerError {
  return value instanceof Error && '$$type' in value && value.$$type === '@millrace/runner-error';
}

/**
 * Turns whatever was thrown into a {@link RunnerError}; foreign errors become `system`.
 * @param blame - who called the code that threw, for the message's reader
 */
export function toRunnerError(thrown: unknown, blame?: string): RunnerError {
  if (isRunnerError(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new RunnerError(message, {
    code: 'MILLRACE_E_UNEXPECTED',
    kind: 'system',
    cause: thrown,
    ...(blame === undefined ? {} : { blame }),
  });
}
