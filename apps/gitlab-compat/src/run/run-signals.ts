import { RunnerError, type Logger } from '@millrace/core';

/** How the process is told to end, or to read its configuration again. */
export interface RunSignals {
  /** No more jobs. */
  readonly stop: AbortSignal;
  /** Running jobs end at once; their results are still told. */
  readonly interrupt: AbortSignal;
  /** Nothing is waited for any more. */
  readonly leave: AbortSignal;
  /** Aborts {@link RunSignals.leave}. */
  readonly abandon: () => void;
  readonly onReload: (reload: () => void) => void;
  /** Asked at SIGTERM and SIGINT: whether running jobs are ended, or left to the next process. */
  readonly onTerminate: (decide: () => 'abort' | 'detach') => void;
  readonly release: () => void;
}

/** The part of `process` that brings signals. */
export type SignalSource = Pick<NodeJS.Process, 'on' | 'off'>;

const words = { SIGTERM: 'terminated', SIGINT: 'interrupt', SIGHUP: 'hangup' } as const;

/** How a command answers signals, in its words. */
export interface SignalManners {
  readonly quit: string;
  readonly terminate: (word: string) => readonly string[];
  readonly forced: (word: string) => string;
  /** Whether SIGHUP reads the configuration again; else it ends jobs, as a closed terminal should. */
  readonly reloads: boolean;
}

/** `run` */
const runManners: SignalManners = {
  quit: 'Starting graceful shutdown, waiting for builds to finish',
  terminate: () => [
    'Graceful shutdown not finished properly. To gracefully clean up running plugins please use SIGQUIT (ctrl-\\) instead of SIGINT (ctrl-c)',
    'Starting forceful shutdown',
  ],
  forced: (word) => `forced exit with stop signal: ${word}`,
  reloads: true,
};

/** `run-single` */
export const singleManners: SignalManners = {
  quit: 'Requested quit, waiting for builds to finish',
  terminate: (word) => [`Requested exit: ${word}`],
  forced: (word) => `forced exit: ${word}`,
  reloads: false,
};

/**
 * Signals as GitLab Runner takes them: SIGQUIT ends when all jobs have, SIGTERM and SIGINT end the jobs, a second one of
 * them ends the process, SIGHUP reads the configuration again. Ours: jobs may be left to the next process instead.
 */
export function listenForSignals(
  source: SignalSource,
  logger: Logger,
  manners: SignalManners = runManners,
): RunSignals {
  const stop = new AbortController();
  const interrupt = new AbortController();
  const leave = new AbortController();
  let reload: (() => void) | undefined;
  let decide: () => 'abort' | 'detach' = () => 'abort';
  const onQuit = (): void => {
    if (stop.signal.aborted) return;
    logger.warn(manners.quit);
    stop.abort(ending('no more jobs are taken'));
  };
  const onTerminate = (signal: keyof typeof words): void => {
    if (leave.signal.aborted) return;
    if (interrupt.signal.aborted) {
      const forced = manners.forced(words[signal]);
      logger.error(forced);
      leave.abort(ending(forced));
      return;
    }
    if (decide() === 'detach') {
      logger.warn('Shutting down; running jobs are left to the next process');
      stop.abort(ending('no more jobs are taken'));
      leave.abort(ending('the process ends'));
      return;
    }
    for (const line of manners.terminate(words[signal])) logger.warn(line);
    stop.abort(ending('no more jobs are taken'));
    interrupt.abort(
      new RunnerError(`aborted: ${words[signal]}`, {
        code: 'MILLRACE_E_INTERRUPTED',
        kind: 'system',
        reason: 'runner_interrupted',
      }),
    );
  };
  const onHangup = (signal: 'SIGHUP'): void => (manners.reloads ? reload?.() : onTerminate(signal));
  source.on('SIGQUIT', onQuit).on('SIGHUP', onHangup);
  source.on('SIGTERM', onTerminate).on('SIGINT', onTerminate);
  return {
    stop: stop.signal,
    interrupt: interrupt.signal,
    leave: leave.signal,
    abandon: () => leave.abort(ending('the process ends')),
    onReload: (callback) => {
      reload = callback;
    },
    onTerminate: (callback) => {
      decide = callback;
    },
    release: () => {
      source.off('SIGQUIT', onQuit).off('SIGHUP', onHangup);
      source.off('SIGTERM', onTerminate).off('SIGINT', onTerminate);
    },
  };
}

const ending = (message: string): RunnerError =>
  new RunnerError(message, { code: 'MILLRACE_E_CANCELED', kind: 'canceled' });
