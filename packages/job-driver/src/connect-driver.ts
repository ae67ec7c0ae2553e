import { deferred, type Deferred } from '@millrace/async';
import {
  toRunnerError,
  type Clock,
  type ExecSession,
  type Random,
  type RunnerError,
} from '@millrace/core';
import type { DriverSession, ResumePoint } from './driver-session.ts';
import { resultUnknown, sessionClosed } from './errors.ts';
import { createCatchUp } from './catch-up.ts';
import { openLink, type Link } from './link.ts';
import { createLogRouter } from './log-router.ts';
import { runStageOn } from './run-stage.ts';
import { createStageBoard } from './stage-board.ts';
import { createTransfers } from './transfers.ts';

/** What {@link connectDriver} needs. */
export interface ConnectOptions {
  /** Runs a command in the helper container. */
  readonly openExec: (command: readonly string[], signal: AbortSignal) => Promise<ExecSession>;
  readonly clock: Clock;
  readonly random: Random;
  readonly scriptsDirectory: string;
  readonly logsDirectory: string;
  /** Where an earlier process stopped. */
  readonly resume?: ResumePoint;
  /** Resolves when a container that runs stages is gone for good; waiting ends with this error, unless the record says more. */
  readonly containerGone?: Promise<RunnerError>;
  /** How long to try for a connection before giving up; 10 minutes if absent. */
  readonly giveUpAfterMs?: number;
  /** How long a connection may say nothing before it counts as lost; 30 s if absent. The pod speaks every 5 s. */
  readonly silenceMs?: number;
  /** Closes the session; see {@link DriverSession.close}. */
  readonly signal: AbortSignal;
}

/** How long the last records and bytes may take when a container is gone. */
const lastWordsMs = 5000;

/**
 * Opens the session with the drivers of a pod. Resolves with the first connection.
 * @throws RunnerError `MILLRACE_E_SESSION_FENCED`, `MILLRACE_E_DRIVER_CLOSED`, `MILLRACE_E_SESSION_LOST`, the error of
 * `containerGone`, or the signal's reason
 * @example
 * const session = await connectDriver({ openExec: (command, signal) => kube.exec({ namespace, pod, container: 'helper', command, stdin: true }, { signal }), … });
 * const { exitCode } = await session.runStage({ name: 'step_script', attempt: 1, container: 'build', script, signal, onOutput, stopGraceMs: 10_000 });
 */
export async function connectDriver(options: ConnectOptions): Promise<DriverSession> {
  options.signal.throwIfAborted();
  const router = createLogRouter(options.resume?.offset ?? 0, () => {
    board.onDelivered();
    catchUp.check();
  });
  const board = createStageBoard(router.delivered);
  const catchUp = createCatchUp(router);
  const transfers = createTransfers(router, options.random, () => link.connection());
  const opened: Deferred<void> = deferred();
  let over: RunnerError | undefined;

  const end = (error: RunnerError, unknown: boolean): void => {
    over ??= error;
    board.endAll((stage) => (unknown ? resultUnknown(stage.name, error.message, error) : error));
    transfers.endAll(error);
    catchUp.end(error);
    opened.reject(error);
  };
  const link: Link = openLink({
    ...options,
    epoch: options.resume?.epoch ?? 0,
    takeOver: options.resume !== undefined,
    giveUpAfterMs: options.giveUpAfterMs ?? 600_000,
    silenceMs: options.silenceMs ?? 30_000,
    offset: router.received,
    onBytes: transfers.take,
    onLine: (line) => {
      board.onLine(line);
      transfers.onLine(line);
    },
    onOpen: (connection) => {
      for (const { run, stop } of board.open())
        void connection
          .send(stop.request === undefined ? [run] : [run, stop.request])
          .catch(() => undefined);
      transfers.onOpen(connection);
      opened.resolve();
    },
    onFatal: (error) => end(error, error.code === 'MILLRACE_E_SESSION_LOST'),
  });
  const close = async (error: RunnerError): Promise<void> => {
    options.signal.removeEventListener('abort', onAbort);
    end(error, false);
    await link.close();
  };
  const onAbort = (): void => void close(toRunnerError(options.signal.reason, 'session'));
  options.signal.addEventListener('abort', onAbort, { once: true });

  const afterContainerGone = async (error: RunnerError): Promise<void> => {
    const tooLate: Deferred<void> = deferred();
    const cancel = options.clock.after(lastWordsMs, tooLate.resolve);
    // The record may have been written just before; what it says is better than what the container's state says.
    const lastWords = transfers.sync().then(
      () => board.settled(),
      () => undefined,
    );
    await Promise.race([lastWords, tooLate.promise]);
    cancel();
    await close(error);
  };
  void options.containerGone?.then(afterContainerGone, () => undefined);

  try {
    await opened.promise;
    // So that what ended while nobody was there is known before anything is asked for.
    if (options.resume !== undefined) await transfers.sync();
  } catch (error) {
    await link.close();
    throw error;
  }
  return {
    runStage: (request) => {
      if (over !== undefined) return Promise.reject(over);
      return runStageOn({ board, router, ...options, connection: link.connection }, request);
    },
    isRunning: (nonce) => board.hasBegun(nonce) && !board.hasExited(nonce),
    catchUp: (until, onOutput, { signal }) =>
      over === undefined ? catchUp.run(until, onOutput, signal) : Promise.reject(over),
    stop: (stage, graceMs) => board.stop(stage.name, stage.attempt, graceMs, link.connection()),
    unpack: (open, directory, { signal, onProgress }) =>
      over === undefined
        ? transfers.unpack(open, directory, signal, onProgress)
        : Promise.reject(over),
    pack: (directory, patterns, { signal }) =>
      over === undefined ? transfers.pack(directory, patterns, signal) : Promise.reject(over),
    position: () => ({
      epoch: link.epoch(),
      offset: router.delivered(),
      openStages: board
        .open()
        .map(({ nonce, name, attempt, container }) => ({ nonce, name, attempt, container })),
    }),
    close: () => close(sessionClosed()),
  };
}
