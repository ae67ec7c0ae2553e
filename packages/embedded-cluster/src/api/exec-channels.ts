import type { RawData, WebSocket } from 'ws';
import type { ContainerProcess, ExecOptions } from '../contracts.ts';
import { errorStatus, exitStatus, resize } from './exec-status.ts';

/** Subprotocols, best first. With v5 a client can end standard input alone. */
export const channelProtocols: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

/** Bytes the client may leave unread before the process's output is left unread too. */
const highWater = 1024 * 1024;

/**
 * Carries a process's streams over a socket until both have ended. A client that goes away ends standard input and
 * nothing else: the process runs on, as under a kubelet, and its output is thrown away.
 */
export async function carry(
  socket: WebSocket,
  protocol: string,
  process: ContainerProcess,
  options: ExecOptions,
): Promise<void> {
  const frames: ExecFrames = {
    socket,
    process,
    v5: protocol === 'v5.channel.k8s.io',
    stdin: options.stdin,
  };
  receive(frames);
  const status = await Promise.all([
    pump(socket, channel.stdout, options.stdout ? process.stdout : undefined),
    pump(socket, channel.stderr, options.stderr && !options.tty ? process.stderr : undefined),
    process.exit,
  ]).then(([, , exit]) => exitStatus(exit), errorStatus);
  if (socket.readyState !== socket.OPEN) return;
  await send(socket, channel.status, Buffer.from(JSON.stringify(status)));
  socket.close(1000);
}

/** Lets a process run on that lost its client before they were connected. */
export function abandon(process: ContainerProcess): void {
  process.endInput();
  for (const stream of [process.stdout, process.stderr]) void discard(stream);
}

async function discard(stream: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of stream) void chunk;
  } catch {
    // Nobody is left who could be told.
  }
}

interface ExecFrames {
  readonly socket: WebSocket;
  readonly process: ContainerProcess;
  readonly v5: boolean;
  readonly stdin: boolean;
}

/** Handles frames one after the other; while the process does not take its input, the socket is not read. */
function receive({ socket, process, v5, stdin }: ExecFrames): void {
  let ended = !stdin;
  let queue = Promise.resolve();
  let waiting = 0;
  const endInput = (): void => {
    if (ended) return;
    ended = true;
    queue = queue.then(() => process.endInput());
  };
  const write = (data: Buffer): void => {
    if (ended || data.length === 0) return;
    waiting += data.length;
    if (waiting > highWater) socket.pause();
    // A process that has ended takes no input; its exit says what there is to say.
    queue = queue
      .then(() => process.write(data))
      .catch(() => {})
      .then(() => {
        waiting -= data.length;
        if (waiting <= highWater && socket.isPaused) socket.resume();
      });
  };
  socket.on('message', (raw: RawData) => {
    const frame = asBuffer(raw);
    const data = frame.subarray(1);
    if (frame[0] === channel.stdin) write(data);
    else if (frame[0] === channel.resize) resize(process, data);
    else if (frame[0] === channel.close && v5 && data[0] === channel.stdin) endInput();
  });
  socket.on('close', endInput);
  // A broken socket also closes; without a listener the error would end this process.
  socket.on('error', endInput);
}

function asBuffer(raw: RawData): Buffer {
  if (Buffer.isBuffer(raw)) return raw;
  return Array.isArray(raw) ? Buffer.concat(raw) : Buffer.from(raw);
}

/** Also reads a stream whose reader has gone, so that the process is not blocked by its own output. */
async function pump(
  socket: WebSocket,
  number: number,
  source: AsyncIterable<Uint8Array> | undefined,
): Promise<void> {
  for await (const chunk of source ?? []) {
    if (socket.readyState !== socket.OPEN || chunk.length === 0) continue;
    const sent = send(socket, number, chunk);
    if (socket.bufferedAmount > highWater) await sent;
  }
}

/** Resolves when the socket has taken the frame, or has gone. */
function send(socket: WebSocket, number: number, data: Uint8Array): Promise<void> {
  const frame = Buffer.allocUnsafe(data.length + 1);
  frame[0] = number;
  frame.set(data, 1);
  return new Promise((resolve) => socket.send(frame, { binary: true }, () => resolve()));
}
