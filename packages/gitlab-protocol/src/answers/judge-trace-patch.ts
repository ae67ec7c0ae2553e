import { withoutBody, type DecodedReply, type Reply } from '../calls/reply.ts';
import { integer, jobSignals, type JobSignals } from './job-signals.ts';

/** What came of sending a piece of the trace. */
export interface TracePatchOutcome extends JobSignals {
  readonly kind:
    | 'accepted'
    /** The server does not want this job's trace any more. */
    | 'abort'
    | 'not_found'
    /** The server has another length; `offset` is where it goes on. */
    | 'range_mismatch'
    /** Anything else, also 200 and 409. Send again. */
    | 'failed';
  /** From where the next piece is to be sent. */
  readonly offset: number;
  readonly reply: Reply;
}

/**
 * What the answer to `PATCH jobs/<id>/trace` means. `Job-Status` counts before the status.
 * @param sent - the piece: its first byte, and the byte after its last
 */
export function judgeTracePatch(
  reply: DecodedReply,
  sent: { readonly start: number; readonly end: number },
): TracePatchOutcome {
  const signals = jobSignals(reply);
  const outcome = { ...signals, reply: withoutBody(reply), offset: sent.start };
  if (signals.over || reply.status === 403) return { ...outcome, kind: 'abort' };
  switch (reply.status) {
    case 202:
      return { ...outcome, kind: 'accepted', offset: sent.end };
    case 404:
      return { ...outcome, kind: 'not_found' };
    case 416:
      return { ...outcome, kind: 'range_mismatch', offset: serverLength(reply.headers['range']) };
    default:
      return { ...outcome, kind: 'failed' };
  }
}

/** `Range: 0-120` means that the server has 120 bytes; anything that cannot be read means none. */
function serverLength(range: string | undefined): number {
  const parts = (range ?? '').split('-');
  const length = parts.length === 2 ? integer(parts[1] ?? '') : undefined;
  return length === undefined || length < 0 ? 0 : length;
}
