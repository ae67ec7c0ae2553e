import type { FailureReason, JobResult, Outcome } from '@millrace/core';
import { formatGoDuration } from '@millrace/config';
import { gitlabFailure } from '../failure-reasons.ts';
import { logLines } from './log-lines.ts';

/** What the last line needs to know besides the result. */
export interface FinalFacts {
  /** Nothing was run. */
  readonly refused: boolean;
  /** Undefined where nobody knows it; then the failure's own message says it. */
  readonly timeoutSeconds: number | undefined;
}

/** The last line of a job log: how the job ended. */
export function finalLine(result: JobResult, facts: FinalFacts): string {
  const { outcome } = result;
  if (outcome.kind === 'success' || outcome.kind === 'skipped')
    return logLines.info('Job succeeded');
  if (outcome.kind === 'canceled') return logLines.error('Job failed: canceled');
  const { system } = gitlabFailure(outcome.reason, outcome.message);
  const kind = system ? ' (system failure)' : '';
  return logLines.error(
    `Job failed${kind}: ${facts.refused ? outcome.message : faultOf(result, outcome, facts)}`,
  );
}

/** GitLab Runner makes the pod in the first stage, so what goes wrong before any stage is said to be that stage's. */
function faultOf(
  { units }: JobResult,
  outcome: Outcome & { readonly kind: 'failure' },
  { timeoutSeconds }: FinalFacts,
): string {
  const { reason, message } = outcome;
  if (reason === 'stage_timeout') return 'script timeout: context deadline exceeded';
  if (reason === 'job_timeout' && timeoutSeconds !== undefined)
    return `execution took longer than ${formatGoDuration(timeoutSeconds * 1000)} seconds`;
  const started = units.some(({ stages }) => stages.length > 0);
  if (started || reason === 'job_timeout') return message;
  const step = isRefusedByServer(reason) ? 'setting up build pod' : 'waiting for pod running';
  return `prepare environment: ${step}: ${message}. Check https://docs.gitlab.com/runner/shells/#shell-profile-loading for more information`;
}

const isRefusedByServer = (reason: FailureReason): boolean =>
  reason.startsWith('api_') || reason === 'quota_exceeded';

/** What helps a person after a failure, besides the last line: the pod's story and what to do. */
export function failureStory(outcome: Outcome): string {
  if (outcome.kind !== 'failure' || outcome.reason === 'script_failed') return '';
  const { story = [], hint } = outcome;
  return [
    ...story.map((line) => logLines.warning(line)),
    ...(hint === undefined ? [] : [logLines.plain(`Hint: ${hint}`)]),
  ].join('');
}
