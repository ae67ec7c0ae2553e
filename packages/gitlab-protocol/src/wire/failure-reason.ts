/** Reasons that every server accepts. */
const alwaysAccepted = ['script_failure', 'runner_system_failure', 'job_execution_timeout'];

/** What a newer reason was called before it had a name of its own. */
const olderNames: Readonly<Record<string, string>> = {
  image_pull_failure: 'runner_system_failure',
  runner_configuration_error: 'script_failure',
  runner_external_dependency_failure: 'runner_system_failure',
};

/**
 * A failure reason as the server of a job accepts it: as it is, under an older name, or `unknown_failure`; none at all is
 * a `script_failure`.
 * @param accepted - `features.failure_reasons` of the job
 */
export function acceptedFailureReason(reason: string, accepted: readonly string[]): string {
  if (reason === '') return 'script_failure';
  if (alwaysAccepted.includes(reason) || accepted.includes(reason)) return reason;
  return Object.hasOwn(olderNames, reason)
    ? (olderNames[reason] ?? 'unknown_failure')
    : 'unknown_failure';
}
