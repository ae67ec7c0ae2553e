import type { JobUpdateOutcome } from '../answers/judge-job-update.ts';
import type { FinalOutcome, FinalResult } from './trace-sender.ts';

/**
 * What an answer to a final update says about the result; undefined when it is to be told again. The status of the job
 * that comes with an answer may be the one just told, also in the refusal of a repetition: a job that has ended does not
 * accept its token any more, so a lost answer is followed by a 403.
 */
export function judgeConclusion(
  outcome: JobUpdateOutcome,
  state: FinalResult['state'],
): Exclude<FinalOutcome, { readonly kind: 'unacknowledged' }> | undefined {
  const { kind, jobStatus, reply } = outcome;
  if (reply.status === 200) return { kind: 'acknowledged' };
  if (kind !== 'abort' && kind !== 'not_found') return undefined;
  if (jobStatus === state) return { kind: 'acknowledged' };
  return {
    kind: 'released',
    why: kind === 'abort' ? 'refused' : 'not_found',
    ...(jobStatus === undefined ? {} : { jobStatus }),
  };
}
