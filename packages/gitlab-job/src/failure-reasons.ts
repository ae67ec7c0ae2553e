import type { FailureReason } from '@millrace/core';

/** What GitLab is told about a failure. */
export interface GitlabFailure {
  readonly reason:
    | 'script_failure'
    | 'runner_system_failure'
    | 'runner_configuration_error'
    | 'runner_external_dependency_failure'
    | 'image_pull_failure'
    | 'job_execution_timeout'
    | 'job_canceled'
    | 'runner_interrupted';
  /** Whether the job log calls it a system failure. */
  readonly system: boolean;
}

const system: GitlabFailure = { reason: 'runner_system_failure', system: true };
const configuration: GitlabFailure = { reason: 'runner_configuration_error', system: false };
const timeout: GitlabFailure = { reason: 'job_execution_timeout', system: false };

/** GitLab Runner's reason for each of ours; what is not here is a system failure. */
const failures: Readonly<Record<string, GitlabFailure>> = {
  script_failed: { reason: 'script_failure', system: false },
  configuration_error: configuration,
  image_name_invalid: configuration,
  container_config_error: configuration,
  image_pull_failed: { reason: 'image_pull_failure', system: false },
  job_timeout: timeout,
  stage_timeout: timeout,
  canceled: { reason: 'job_canceled', system: false },
  runner_interrupted: { reason: 'runner_interrupted', system: false },
};

/**
 * GitLab Runner tells failed pulls apart by the registry's answer, in this order.
 */
const pullAnswers: readonly (readonly [GitlabFailure, readonly string[]])[] = [
  [
    { reason: 'runner_external_dependency_failure', system: false },
    [
      'dial tcp',
      'connection refused',
      'no such host',
      'i/o timeout',
      'tls handshake',
      'client.timeout exceeded',
      'request canceled',
      'connection reset',
    ],
  ],
  [configuration, ['not found', 'manifest unknown']],
  [
    configuration,
    [
      'pull access denied',
      'access to the resource is denied',
      'no basic auth credentials',
      'repository does not exist or may require',
      'unauthorized',
      'authentication required',
    ],
  ],
];

/**
 * GitLab's word for a failure.
 * @param message - of the failure; a failed pull's says whose fault it is
 */
export function gitlabFailure(reason: FailureReason, message = ''): GitlabFailure {
  if (reason === 'image_pull_failed') {
    const text = message.toLowerCase();
    const known = pullAnswers.find(([, parts]) => parts.some((part) => text.includes(part)));
    if (known !== undefined) return known[0];
  }
  return Object.hasOwn(failures, reason) ? (failures[reason] ?? system) : system;
}
