import { withoutBody, type DecodedReply, type Reply } from '../calls/reply.ts';
import { jobSignals, type JobSignals } from './job-signals.ts';

/** What came of telling the state of a job. */
export interface JobUpdateOutcome extends JobSignals {
  readonly kind:
    | 'succeeded'
    /** Taken, not finished: tell it again. */
    | 'accepted'
    /** What the server has of the trace is not what we say: send all of it again. */
    | 'trace_invalid'
    /** The server does not want updates of this job any more. */
    | 'abort'
    | 'not_found'
    /** Anything else, failures of the network included. Tell it again. */
    | 'failed';
  readonly reply: Reply;
}

/** What the answer to `PUT jobs/<id>` means. `Job-Status` counts before the status. */
export function judgeJobUpdate(reply: DecodedReply): JobUpdateOutcome {
  const signals = jobSignals(reply);
  const outcome = { ...signals, reply: withoutBody(reply) };
  if (signals.over || reply.status === 403) return { ...outcome, kind: 'abort' };
  switch (reply.status) {
    case 200:
      return { ...outcome, kind: 'succeeded' };
    case 202:
      return { ...outcome, kind: 'accepted' };
    case 412:
      return { ...outcome, kind: 'trace_invalid' };
    case 404:
      return { ...outcome, kind: 'not_found' };
    default:
      return { ...outcome, kind: 'failed' };
  }
}

/**
 * What to do with a job after the `PUT state=running` that takes it (two-phase commit): `drop` it without a word, end it
 * as canceled, or `run` it, also when the answer was a failure.
 */
export function judgeConfirmation(outcome: JobUpdateOutcome): 'cancel' | 'drop' | 'run' {
  if (outcome.kind === 'abort' || outcome.kind === 'not_found') return 'drop';
  return outcome.cancelRequested ? 'cancel' : 'run';
}
