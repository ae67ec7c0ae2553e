import { isRunnerError, type Clock, type ExecSession, type RunnerError } from '@millrace/core';
import { openConnection, type Connection } from './connection.ts';
import { parseControlLine, type ControlLine } from './control-line.ts';
import { driverClosed, sessionFenced, sessionLost } from './errors.ts';
import { sessionCommand } from './session-command.ts';

/** What {@link openLink} needs. */
export interface LinkOptions {
  readonly openExec: (command: readonly string[], signal: AbortSignal) => Promise<ExecSession>;
  readonly clock: Clock;
  readonly scriptsDirectory: string;
  readonly logsDirectory: string;
  /** Epoch of the last session known; the next one is one higher. */
  readonly epoch: number;
  /** Whether a first refusal only means that the last epoch was not written down: then go above it. */
  readonly takeOver: boolean;
  /** Where the next connection has to begin. */
  readonly offset: () => number;
  readonly giveUpAfterMs: number;
  readonly silenceMs: number;
  readonly onOpen: (connection: Connection) => void;
  readonly onLine: (line: ControlLine) => void;
  readonly onBytes: (bytes: Uint8Array) => Promise<void>;
  /** Called once, when there will be no further connection. */
  readonly onFatal: (error: RunnerError) => void;
}

/** A session that outlives its connections. */
export interface Link {
  readonly epoch: () => number;
  /** The connection if there is one now. Its loss is ordinary: {@link LinkOptions.onOpen} brings the next. */
  readonly connection: () => Connection | undefined;
  readonly close: () => Promise<void>;
}

/** How one connection went. */
interface Talk {
  readonly opened: boolean;
  readonly fatal?: RunnerError;
  readonly newest?: number;
  readonly last: string;
}

/** Keeps a session open: connects, and connects again with the next epoch whenever a connection ends. */
export function openLink(options: LinkOptions): Link {
  const { clock } = options;
  const ending = new AbortController();
  let epoch = options.epoch;
  let everOpened = false;
  let connection: Connection | undefined;

  const talk = async (): Promise<Talk> => {
    let opened = false;
    let fatal: RunnerError | undefined;
    let newest: number | undefined;
    let last = '';
    let mine: Connection | undefined;
    const onLine = (text: string): void => {
      const line = parseControlLine(text);
      if (line === undefined) {
        last = text;
      } else if (line.kind === 'hello' && mine !== undefined) {
        opened = true;
        connection = mine;
        options.onOpen(mine);
      } else if (line.kind === 'refused') {
        newest = line.newest;
      } else if (line.kind === 'closed') {
        fatal = driverClosed();
      } else {
        if (line.kind === 'fail') last = line.message;
        options.onLine(line);
      }
    };
    const command = sessionCommand({ ...options, epoch, offset: options.offset() });
    try {
      const exec = await options.openExec(command, ending.signal);
      mine = openConnection(exec, { onLine, onBytes: options.onBytes }, options);
      const close = mine.close;
      ending.signal.addEventListener('abort', close, { once: true });
      if (ending.signal.aborted) close();
      await mine.ended;
      ending.signal.removeEventListener('abort', close);
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
      if (!everOpened && isRunnerError(error) && notGranted.has(error.reason)) fatal = error;
    }
    connection = undefined;
    return {
      opened,
      last,
      ...(fatal === undefined ? {} : { fatal }),
      ...(newest === undefined ? {} : { newest }),
    };
  };

  const isOver = (): boolean => ending.signal.aborted;
  const run = async (): Promise<void> => {
    let tries = 0;
    let lastGood = clock.monotonic();
    while (!isOver()) {
      epoch += 1;
      const begun = options.offset();
      // One connection at a time: the next one begins where this one ended.
      const { opened, fatal, newest, last } = await talk();
      if (isOver()) return;
      if (fatal !== undefined) {
        options.onFatal(fatal);
        return;
      }
      if (newest !== undefined) {
        if (everOpened || !options.takeOver) {
          options.onFatal(sessionFenced(newest));
          return;
        }
        epoch = newest;
      }
      everOpened ||= opened;
      if (opened) lastGood = clock.monotonic();
      if (opened && options.offset() > begun) tries = 0;
      const silentFor = clock.monotonic() - lastGood;
      if (silentFor >= options.giveUpAfterMs) {
        options.onFatal(sessionLost(silentFor, last));
        return;
      }
      await clock.sleep(backOff(tries), { signal: ending.signal }).catch(() => undefined);
      tries += 1;
    }
  };
  const running = run();
  return {
    epoch: () => epoch,
    connection: () => connection,
    close: async () => {
      ending.abort();
      await running;
    },
  };
}

/**
 * A right that was never there does not come by waiting. One that a session had may come back: tokens and role bindings
 * are replaced while jobs run.
 */
const notGranted: ReadonlySet<string> = new Set(['api_forbidden', 'api_unauthorized']);

/** 50 ms at first, because a container that just started needs no more; 10 s at most. */
const backOff = (tries: number): number => Math.min(50 * 2 ** tries, 10_000);
