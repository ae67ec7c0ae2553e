import { isRunnerError } from '@millrace/core';
import type { TracePatchOutcome } from '../answers/judge-trace-patch.ts';
import type { Cancellable } from '../calls/cancellable.ts';
import { judgeConclusion } from './judge-conclusion.ts';
import { readPiece } from './read-piece.ts';
import { holdingOnePiece, type SenderContext } from './sender-context.ts';
import { createTraceChecksum } from './trace-checksum.ts';
import type { ConcludeStep, FinalResult, TraceSender } from './trace-sender.ts';
import type { TraceState } from './trace-state.ts';

/**
 * How often a server may find the trace wrong after all of it was sent again. A copy that stays different is beyond
 * repair, and a job that never ends is worse: its result is then told without a checksum.
 */
const mostDoubts = 10;

/**
 * GitLab's way: pieces with their range, which the server checks against what it has. Where the two differ, the server's
 * length is right, so a lost answer, a restart on either side and a piece sent twice all heal the same way.
 */
export function createRangedSender(context: SenderContext): TraceSender {
  const { client, job, source, pace, logger } = context;
  const checksum = createTraceChecksum(source, context.state.checksum);
  let { acknowledged } = context.state;

  const state = (): TraceState => ({ version: 1, acknowledged, checksum: checksum.state() });
  const isAllSent = (): boolean => acknowledged >= source.size();

  const moveTo = async (offset: number): Promise<void> => {
    acknowledged = offset;
    if (offset > source.size())
      logger.warn('The server has more of the trace than the log of the job holds', {
        job: job.id,
        server: offset,
        log: source.size(),
      });
    await context.save(state());
  };

  const sendPiece = async ({ signal }: Cancellable): Promise<TracePatchOutcome['kind']> => {
    const outcome = await holdingOnePiece(context, { signal }, async () => {
      const bytes = await readPiece(source, acknowledged, context.pieceBytes, { signal });
      checksum.cover(acknowledged, bytes);
      const piece = { offset: acknowledged, bytes, debug: context.debug };
      return client.patchTrace(job, piece, { signal });
    });
    pace.hear(outcome, { abort: outcome.kind === 'abort' });
    if (outcome.offset !== acknowledged) await moveTo(outcome.offset);
    return outcome.kind;
  };

  const step: TraceSender['step'] = async (options) => {
    if (isAllSent()) return { kind: 'ok', heard: false };
    const kind = await sendPiece(options);
    const heard = kind === 'accepted' || kind === 'range_mismatch';
    if (kind === 'accepted') return { kind: 'ok', heard };
    return { kind: kind === 'abort' ? 'abort' : 'retry', heard };
  };

  const keepAlive: TraceSender['keepAlive'] = async (options) => {
    const outcome = await client.updateJob(
      job,
      { state: 'running', output: checksum.output() },
      options,
    );
    const isOver = outcome.kind === 'abort' || outcome.kind === 'not_found';
    pace.hear(outcome, { abort: isOver });
    if (isOver) return { kind: 'abort', heard: true };
    const heard = outcome.kind === 'succeeded';
    return { kind: heard ? 'ok' : 'retry', heard };
  };

  /** @returns why it stopped short, where that is worth another try */
  const sendRest = async (options: Cancellable): Promise<string | undefined> => {
    while (!isAllSent()) {
      const kind = await sendPiece(options);
      if (kind === 'abort' || kind === 'not_found') return undefined;
      if (kind === 'range_mismatch') await pace.sleep(options);
      if (kind === 'failed') {
        await pace.sleep(options);
        return 'received invalid patch trace response';
      }
    }
    return undefined;
  };

  const tellDoubt = (): void =>
    logger.error(
      "The server's copy of the trace stays different; the result is told without a checksum",
      {
        job: job.id,
        log: source.size(),
      },
    );

  const conclude = async (result: FinalResult, options: Cancellable): Promise<ConcludeStep> => {
    pace.reset();
    for (let doubts = 0; ;) {
      const fault = await sendRest(options);
      if (fault !== undefined) return { kind: 'again', last: fault, counts: false };
      await checksum.complete(options);
      const outcome = await client.updateJob(
        job,
        doubts < mostDoubts ? { ...result, output: checksum.output() } : result,
        options,
      );
      pace.hear(outcome, { abort: false });
      const end = judgeConclusion(outcome, result.state);
      if (end !== undefined) return end;
      if (outcome.kind === 'trace_invalid') {
        doubts += 1;
        if (doubts === mostDoubts) tellDoubt();
        await moveTo(0);
      }
      await pace.sleep(options);
      if (outcome.kind === 'failed')
        return { kind: 'again', last: 'received invalid job update response', counts: false };
    }
  };

  return {
    step,
    keepAlive,
    conclude: (result, options) => conclude(result, options).catch(againIfUnreadable),
    state,
  };
}

/** A log that cannot be read now may be read later; nothing else is thrown but the reason of an abort. */
function againIfUnreadable(error: unknown): ConcludeStep {
  if (!isRunnerError(error) || error.code !== 'MILLRACE_E_TRACE_UNREADABLE') throw error;
  return { kind: 'again', last: error.message, counts: false };
}
