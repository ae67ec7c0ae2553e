import { RunnerError, type EmitRunEvent, type Logger } from '@millrace/core';

/** Takes events without ever failing. */
export interface GuardedEmit {
  readonly emit: EmitRunEvent;
  /** Aborts, with what to say about it, when the taker refused an event: from then on the job's log has a hole. */
  readonly broken: AbortSignal;
}

/** Keeps a taker's failure away from the code that tells: it ends the job by a signal, so that clean-up still happens. */
export function guardEmit(emit: EmitRunEvent, logger: Logger): GuardedEmit {
  const broken = new AbortController();
  return {
    broken: broken.signal,
    emit: async (event) => {
      if (broken.signal.aborted && event.type !== 'finished') return;
      try {
        await emit(event);
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        logger.error('an event of the job was not taken', { event: event.type, error: message });
        broken.abort(
          new RunnerError(`the job's log could not be written: ${message}`, {
            code: 'MILLRACE_E_LOG_LOST',
            kind: 'system',
            cause,
          }),
        );
      }
    },
  };
}
