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

const words = { SIGTERM: 'terminated', SIGINT: 'interrupt' } as const;

/**
 * Signals as GitLab Runner takes them: SIGQUIT ends when all jobs have, SIGTERM and SIGINT end the jobs, a second one of
 * them ends the process, SIGHUP reads the configuration again. Ours: jobs may be left to the next process instead.
 */
export function listenForSignals(source: SignalSource, logger: Logger): RunSignals {
  const stop = new AbortController();
  const interrupt = new AbortController();
  const leave = new AbortController();
  let reload: (() => void) | undefined;
  let decide: () => 'abort' | 'detach' = () => 'abort';
  const onQuit = (): void => {
    if (stop.signal.aborted) return;
    logger.warn('Starting graceful shutdown, waiting for builds to finish');
    stop.abort(ending('no more jobs are taken'));
  };
  const onTerminate = (signal: keyof typeof words): void => {
    if (leave.signal.aborted) return;
    if (interrupt.signal.aborted) {
      logger.error(`forced exit with stop signal: ${words[signal]}`);
      leave.abort(ending(`forced exit with stop signal: ${words[signal]}`));
      return;
    }
    if (decide() === 'detach') {
      logger.warn('Shutting down; running jobs are left to the next process');
      stop.abort(ending('no more jobs are taken'));
      leave.abort(ending('the process ends'));
      return;
    }
    logger.warn(
      'Graceful shutdown not finished properly. To gracefully clean up running plugins please use SIGQUIT (ctrl-\\) instead of SIGINT (ctrl-c)',
    );
    logger.warn('Starting forceful shutdown');
    stop.abort(ending('no more jobs are taken'));
    interrupt.abort(
      new RunnerError(`aborted: ${words[signal]}`, {
        code: 'MILLRACE_E_INTERRUPTED',
        kind: 'system',
        reason: 'runner_interrupted',
      }),
    );
  };
  const onHangup = (): void => reload?.();
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
