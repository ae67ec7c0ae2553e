import { deferred } from '@millrace/async';
import {
  RunnerError,
  type Clock,
  type ExecRequest,
  type ExecSession,
  type ExecStatus,
} from '@millrace/core';
import type { RawData, WebSocket } from 'ws';
import type { ConnectionLimits } from '../transport/settings.ts';
import { canHalfClose, channel, endOfInput, inputFrame, parseExecStatus } from './exec-frames.ts';
import { execLost } from './exec-lost.ts';
import { keepAlive } from './keep-alive.ts';
import { createOutputBuffer } from './output-buffer.ts';

/** Larger writes are cut into frames of this size, as kubectl does. */
const largestFrame = 32 * 1024;
/** Longest status frame. */
const longestStatus = 64 * 1024;
/** A server that has sent the status closes at once; one that does not is left. */
const closeTimeout = 5_000;

/** The session over an open, paused WebSocket. The signal closes it. */
export function createExecSession(
  socket: WebSocket,
  request: ExecRequest,
  options: {
    readonly clock: Clock;
    readonly limits: Pick<ConnectionLimits, 'execBuffer' | 'execPing' | 'execPong'>;
    readonly signal: AbortSignal;
  },
): ExecSession {
  const { clock, limits, signal } = options;
  const status = deferred<ExecStatus>();
  // Whoever only reads the output must not be killed by a rejection nobody awaits.
  status.promise.catch(() => undefined);
  let statusText = '';
  let known = false;
  let ended = false;
  let cancelClose = (): void => undefined;

  const flow = (): void => {
    const unread = stdout.size() + stderr.size();
    if (unread >= limits.execBuffer) socket.pause();
    else if (unread <= limits.execBuffer / 2) socket.resume();
  };
  const stdout = createOutputBuffer(flow);
  const stderr = createOutputBuffer(flow);

  const readStatus = (data: Uint8Array): void => {
    if (known || statusText.length > longestStatus) return;
    statusText += Buffer.from(data).toString('utf8');
    const parsed = parseExecStatus(statusText);
    if (parsed === undefined) return;
    known = true;
    status.resolve(parsed);
    cancelClose = clock.after(closeTimeout, () => socket.terminate());
  };
  const receive = (message: RawData): void => {
    const frame = asBytes(message);
    const data = frame.subarray(1);
    if (data.length === 0) return;
    // Frames of other channels, such as a v5 close, have nobody to go to.
    if (frame[0] === channel.stdout) stdout.push(data);
    else if (frame[0] === channel.stderr) stderr.push(data);
    else if (frame[0] === channel.status) readStatus(data);
    flow();
  };
  const finish = (how: string): void => {
    if (ended) return;
    ended = true;
    cancelClose();
    ping.stop();
    signal.removeEventListener('abort', abort);
    const lost = known ? undefined : execLost(request, how);
    if (lost) status.reject(lost);
    stdout.end(lost);
    stderr.end(lost);
  };
  const abort = (): void => {
    finish('canceled');
    socket.terminate();
  };
  const ping = keepAlive(socket, clock, limits, () => {
    finish(`no answer to a ping within ${limits.execPong} ms`);
    socket.terminate();
  });
  socket.on('message', receive);
  socket.on('error', (error: Error) => finish(error.message));
  socket.on('close', (code: number, reason: Buffer) =>
    finish(`closed with code ${code}${reason.length > 0 ? `: ${reason.toString()}` : ''}`),
  );
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  socket.resume();

  const send = (frame: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.send(frame, (error) => {
        if (error)
          reject(
            known ? noInput('write', 'the command has ended') : execLost(request, error.message),
          );
        else resolve();
      });
    });
  const halfClose = canHalfClose(socket.protocol);
  return {
    stdout: stdout.bytes,
    stderr: stderr.bytes,
    canEndInput: halfClose,
    status: status.promise,
    write: async (data) => {
      if (!request.stdin) throw noInput('write', 'the session was opened without standard input');
      for (let at = 0; at < data.length; at += largestFrame) {
        await send(inputFrame(data.subarray(at, at + largestFrame)));
      }
    },
    endInput: async () => {
      if (!request.stdin) throw noInput('end', 'the session was opened without standard input');
      if (!halfClose) {
        throw noInput(
          'end',
          'the server speaks only v4.channel.k8s.io, where that closes the connection and loses output and status; look at canEndInput first',
        );
      }
      await send(endOfInput);
    },
    close: () => {
      finish('closed by us');
      socket.terminate();
    },
  };
}

function asBytes(message: RawData): Uint8Array {
  if (Array.isArray(message)) return Buffer.concat(message);
  return message instanceof ArrayBuffer ? new Uint8Array(message) : message;
}

function noInput(what: 'write' | 'end', why: string): RunnerError {
  return new RunnerError(`exec: cannot ${what} standard input: ${why}`, {
    code: 'MILLRACE_E_EXEC_INPUT',
    kind: 'system',
    reason: 'internal',
  });
}
