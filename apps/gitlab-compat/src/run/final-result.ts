import type { JobResult } from '@millrace/core';
import { gitlabFailure } from '@millrace/gitlab-job';
import { acceptedFailureReason, type FinalResult } from '@millrace/gitlab-protocol';

/**
 * How a job's end is told to its server.
 * @param accepted - failure reasons that the server knows
 */
export function finalResult({ outcome }: JobResult, accepted: readonly string[]): FinalResult {
  if (outcome.kind === 'success' || outcome.kind === 'skipped') return { state: 'success' };
  if (outcome.kind === 'canceled')
    return { state: 'failed', failureReason: acceptedFailureReason('job_canceled', accepted) };
  const { reason } = gitlabFailure(outcome.reason, outcome.message);
  return {
    state: 'failed',
    failureReason: acceptedFailureReason(reason, accepted),
    ...(outcome.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
  };
}
