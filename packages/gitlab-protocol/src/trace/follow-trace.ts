import { linkSignals } from '@millrace/async';
import { toRunnerError, type Clock, type Logger } from '@millrace/core';
import type { Cancellable } from '../calls/cancellable.ts';
import type { Pace } from './pace.ts';
import type { SendStep, TraceSender } from './trace-sender.ts';

/** Sends a log while it grows. */
export interface Follower {
  readonly follow: (options: Cancellable) => Promise<void>;
  /** Ends the waiting; a piece on its way is let through. Resolves when `follow` has ended. */
  readonly stop: () => Promise<void>;
}

/**
 * One piece an interval. A server that has heard nothing for too long is told that the job is alive; the first time is
 * at once, unless there is something to send. Ends when the server gives the job up.
 */
export function createFollower(context: {
  readonly sender: TraceSender;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly jobId: number;
}): Follower {
  const { sender, pace, clock, logger, jobId } = context;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let heardAt = Number.NEGATIVE_INFINITY;

  const note = (step: SendStep): SendStep['kind'] => {
    if (step.heard) heardAt = clock.monotonic();
    return step.kind;
  };
  const send = async (signal: AbortSignal): Promise<SendStep['kind']> => {
    const sent = note(await sender.step({ signal }));
    const isSilent = clock.monotonic() - heardAt > pace.longestSilence();
    return sent === 'ok' && isSilent ? note(await sender.keepAlive({ signal })) : sent;
  };
  const trySend = async (signal: AbortSignal): Promise<SendStep['kind']> => {
    try {
      return await send(signal);
    } catch (error) {
      signal.throwIfAborted();
      // Only reading the log can fail like this.
      logger.error('Cannot send the log of the job', {
        job: jobId,
        error: toRunnerError(error).message,
      });
      return 'retry';
    }
  };

  const loop = async (signal: AbortSignal): Promise<void> => {
    const waiting = linkSignals(signal, stopping.signal);
    try {
      for (;;) {
        await pace.sleep({ signal: waiting.signal });
        if ((await trySend(signal)) === 'abort') return;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!stopping.signal.aborted) throw error;
    } finally {
      waiting.dispose();
    }
  };

  return {
    follow: ({ signal }) => (running = loop(signal)),
    stop: async () => {
      stopping.abort();
      // Its failure is told to whoever called `follow`.
      await running?.catch(() => undefined);
    },
  };
}
