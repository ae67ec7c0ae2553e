import { isRunnerError } from '@millrace/core';
import type { TracePatchOutcome } from '../answers/judge-trace-patch.ts';
import type { Cancellable } from '../calls/cancellable.ts';
import type { Reply } from '../calls/reply.ts';
import { cutLines } from './cut-lines.ts';
import { jsonTrace } from './json-trace.ts';
import { judgeConclusion } from './judge-conclusion.ts';
import { readPiece } from './read-piece.ts';
import { holdingOnePiece, type SenderContext } from './sender-context.ts';
import type { SendStep, TraceSender } from './trace-sender.ts';
import { newTraceState } from './trace-state.ts';

/** AlloyCI takes no body above 100,000,000 bytes; the rest is for what stands around the log. */
const longestFinalLog = 99_000_000;

/**
 * The way of servers that append whatever comes, on a line of its own, and keep only the log that comes with the final
 * update (AlloyCI). So live pieces are whole lines and go out at most once: one whose fate is unknown is left out of the
 * live view, and the final update brings the whole log.
 */
export function createAppendSender(context: SenderContext): TraceSender {
  const { client, job, source, pace, logger } = context;
  let offset = context.state.acknowledged;

  const state = (): typeof newTraceState => ({ ...newTraceState, acknowledged: offset });

  const patch = (
    bytes: Uint8Array,
    at: number,
    { signal }: Cancellable,
  ): Promise<TracePatchOutcome> =>
    client.patchTrace(
      job,
      { offset: at, bytes, debug: context.debug, repeatable: false },
      { signal },
    );

  const judge = (outcome: TracePatchOutcome): SendStep => {
    pace.hear(outcome, { abort: outcome.kind === 'abort' });
    if (outcome.kind === 'accepted') return { kind: 'ok', heard: true };
    return { kind: outcome.kind === 'abort' ? 'abort' : 'retry', heard: false };
  };

  const sendLines = async (options: Cancellable): Promise<SendStep> => {
    const max = Math.min(context.pieceBytes, source.size() - offset);
    const from = offset;
    const bytes = await readPiece(source, from, max, options);
    const { taken, bytes: lines } = cutLines(bytes, bytes.length >= context.pieceBytes);
    if (taken === 0) return { kind: 'ok', heard: false };
    // Moved on before it is sent: after a crash it must not go out again.
    await moveTo(from + taken);
    const outcome = await patch(lines, from, options);
    if (outcome.kind === 'failed' && wasSurelyNotAppended(outcome.reply)) await moveTo(from);
    else if (outcome.kind === 'failed')
      logger.debug('A piece of the live log may be missing on the server', { job: job.id, from });
    return judge(outcome);
  };
  const moveTo = async (next: number): Promise<void> => {
    offset = next;
    await context.save(state());
  };

  const conclude: TraceSender['conclude'] = async (result, options) => {
    try {
      const trace = await jsonTrace(source, source.size(), longestFinalLog, options);
      const outcome = await client.updateJob(job, result, { ...options, trace });
      // A job that the server does not know is a 500 there, and stays one.
      const counts = outcome.reply.status === 500;
      const last = 'received invalid job update response';
      return judgeConclusion(outcome, result.state) ?? { kind: 'again', last, counts };
    } catch (error) {
      if (!isRunnerError(error) || error.code !== 'MILLRACE_E_TRACE_UNREADABLE') throw error;
      return { kind: 'again', last: error.message, counts: false };
    }
  };

  return {
    step: async (options) => {
      if (offset >= source.size()) return { kind: 'ok', heard: false };
      return holdingOnePiece(context, options, () => sendLines(options));
    },
    // A second `running` would start the job's time anew; an empty piece only says that the job is alive.
    keepAlive: async (options) => judge(await patch(new Uint8Array(), offset, options)),
    conclude,
    state,
  };
}

/** The request did not arrive, or was turned away at the door. */
function wasSurelyNotAppended({ status, error }: Reply): boolean {
  return status === 429 || status === 503 || error?.details['processed'] === false;
}
