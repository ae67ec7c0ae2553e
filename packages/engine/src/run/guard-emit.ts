import {
  eventKey,
  RunnerError,
  type EmitRunEvent,
  type Logger,
  type RunEvent,
} from '@millrace/core';

/** Takes events without ever failing. */
export interface GuardedEmit {
  readonly emit: EmitRunEvent;
  /** Lets the taker make sure of what it has. */
  readonly persist: () => Promise<void>;
  /** Aborts, with what to say about it, when the taker refused an event: from then on the job's log has a hole. */
  readonly broken: AbortSignal;
}

/** Whoever takes the events of a job. */
export interface EventTaker {
  readonly emit: EmitRunEvent;
  readonly persist?: () => Promise<void>;
  /** Keys of events that were taken by an earlier process: they are not told again. */
  readonly taken?: ReadonlySet<string>;
  readonly again?: (event: RunEvent) => void;
}

/** Keeps a taker's failure away from the code that tells: it ends the job by a signal, so that clean-up still happens. */
export function guardEmit(taker: EventTaker, logger: Logger): GuardedEmit {
  const broken = new AbortController();
  const guard = async (what: string, work: () => Promise<void> | undefined): Promise<void> => {
    try {
      await work();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      logger.error('an event of the job was not taken', { event: what, error: message });
      broken.abort(
        new RunnerError(`the job's log could not be written: ${message}`, {
          code: 'MILLRACE_E_LOG_LOST',
          kind: 'system',
          cause,
        }),
      );
    }
  };
  const isTaken = (event: RunEvent): boolean => {
    const key = eventKey(event);
    return key !== undefined && taker.taken?.has(key) === true;
  };
  return {
    broken: broken.signal,
    emit: async (event) => {
      if (broken.signal.aborted && event.type !== 'finished') return;
      await guard(event.type, () => (isTaken(event) ? again(taker, event) : taker.emit(event)));
    },
    persist: async () => {
      if (!broken.signal.aborted) await guard('persist', () => taker.persist?.());
    },
  };
}

function again(taker: EventTaker, event: RunEvent): undefined {
  taker.again?.(event);
}
