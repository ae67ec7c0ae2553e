import type { Clock, ExecSession } from '@millrace/core';
import { createLineSplitter } from './line-splitter.ts';
import { byeRequest, type Request } from './request.ts';

/** Who listens on a {@link Connection}. */
export interface ConnectionListener {
  readonly onLine: (line: string) => void;
  /** Reading goes on when this has resolved. */
  readonly onBytes: (bytes: Uint8Array) => Promise<void>;
}

/** One exec that runs the session program, until it is lost or closed. */
export interface Connection {
  /** Sends requests one after another, also when called at the same time. */
  readonly send: (requests: AsyncIterable<Request> | Iterable<Request>) => Promise<void>;
  /** Says good-bye if it can, and closes. */
  readonly close: () => void;
  /** Resolves when nothing of this connection is delivered any more; never rejects. */
  readonly ended: Promise<void>;
}

/** How long an ending may take: the good-bye, or the last lines after the end of the process. */
const lingerLimit = 1000;

/**
 * Reads and writes one exec. It closes by itself when the pod says nothing for `silenceMs`: the session has a heart
 * beat of 5 s. Time spent in {@link ConnectionListener.onBytes} does not count.
 */
export function openConnection(
  exec: ExecSession,
  listener: ConnectionListener,
  { clock, silenceMs }: { readonly clock: Clock; readonly silenceMs: number },
): Connection {
  let lastHeard = clock.monotonic();
  let delivering = false;
  let closed = false;
  let sending: Promise<void> = Promise.resolve();
  let cancelWatch: () => void = () => undefined;
  let cancelLinger: () => void = () => undefined;

  const close = (): void => {
    if (closed) return;
    closed = true;
    cancelWatch();
    cancelLinger();
    exec.close();
  };
  const watch = (): void => {
    if (!delivering && clock.monotonic() - lastHeard >= silenceMs) close();
    else cancelWatch = clock.after(silenceMs / 3, watch);
  };
  const splitLines = createLineSplitter(listener.onLine);
  const readLines = async (): Promise<void> => {
    for await (const bytes of exec.stderr) {
      lastHeard = clock.monotonic();
      splitLines(bytes);
    }
  };
  const readBytes = async (): Promise<void> => {
    for await (const bytes of exec.stdout) {
      if (closed) return;
      delivering = true;
      await listener.onBytes(bytes);
      delivering = false;
      lastHeard = clock.monotonic();
    }
  };
  const sendAll = async (requests: AsyncIterable<Request> | Iterable<Request>): Promise<void> => {
    for await (const request of requests) {
      if (closed) throw new Error('the session was closed');
      await exec.write(request);
    }
  };
  watch();
  // However a part of it ends, the whole is over: a new connection takes up where this one stopped. But what was said
  // before an orderly end is still heard, above all a refusal.
  const linger = (): void => {
    cancelLinger();
    if (!closed) cancelLinger = clock.after(lingerLimit, close);
  };
  const parts = [
    readLines().then(close, close),
    readBytes().then(linger, close),
    exec.status.then(linger, close),
  ];
  return {
    send: (requests) => {
      const sent = sending.then(() => sendAll(requests));
      sending = sent.catch(close);
      return sent;
    },
    close: () => {
      if (closed) return;
      linger();
      exec.write(byeRequest).then(close, close);
    },
    ended: Promise.all(parts).then(() => undefined),
  };
}
