import type { Duplex } from 'node:stream';
import { deferred } from '@millrace/async';
import type { JsonObject } from '@millrace/core';
import type { ContainerProcess, ExecOptions } from '../../contracts.ts';
import { errorStatus, exitStatus, resize } from '../exec-status.ts';
import { serveSpdy, type SpdyConnection, type SpdyStream } from './connection.ts';

/** The streams a client opens for a command. */
type Kind = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

const kinds: readonly string[] = ['error', 'stdin', 'stdout', 'stderr', 'resize'];

function expectedKinds({ stdin, stdout, stderr, tty }: ExecOptions): readonly Kind[] {
  return [
    'error',
    ...(stdin ? (['stdin'] as const) : []),
    ...(stdout ? (['stdout'] as const) : []),
    ...(stderr && !tty ? (['stderr'] as const) : []),
  ];
}

/**
 * Carries a process's streams over SPDY, `v4.channel.k8s.io`. As over a WebSocket, a client that goes away ends standard
 * input and nothing else.
 */
export function carrySpdy(
  duplex: Duplex,
  process: ContainerProcess,
  options: ExecOptions,
): SpdyConnection {
  const streams = new Map<string, SpdyStream>();
  const complete = deferred<undefined>();
  const connection = serveSpdy(duplex, (stream) => {
    const kind = stream.headers.get('streamtype') ?? '';
    if (!kinds.includes(kind) || streams.has(kind)) throw new Error(`no use for a stream ${kind}`);
    streams.set(kind, stream);
    if (kind === 'stdin') void feed(process, stream);
    else if (kind === 'resize') void follow(process, stream);
    else void discard(stream.data);
    if (expectedKinds(options).every((expected) => streams.has(expected)))
      complete.resolve(undefined);
  });
  void connection.ended.then(() => {
    process.endInput();
    complete.resolve(undefined);
  });
  const run = async (): Promise<void> => {
    await complete.promise;
    const status = await Promise.all([
      pump(options.stdout ? process.stdout : undefined, streams.get('stdout')),
      pump(options.stderr && !options.tty ? process.stderr : undefined, streams.get('stderr')),
      process.exit,
    ]).then(([, , exit]): JsonObject => exitStatus(exit), errorStatus);
    await streams.get('error')?.write(Buffer.from(JSON.stringify(status)));
    for (const stream of streams.values()) stream.end();
    connection.finish();
  };
  void run();
  return connection;
}

async function feed(process: ContainerProcess, stream: SpdyStream): Promise<void> {
  // A process that has ended takes no input; its exit says what there is to say.
  for await (const data of stream.data) await process.write(data).catch(() => {});
  process.endInput();
}

async function follow(process: ContainerProcess, stream: SpdyStream): Promise<void> {
  for await (const data of stream.data) resize(process, Buffer.from(data));
}

/** Also reads what nobody takes, so that the process is not blocked by its own output. */
async function pump(
  source: AsyncIterable<Uint8Array> | undefined,
  stream: SpdyStream | undefined,
): Promise<void> {
  for await (const chunk of source ?? []) await stream?.write(chunk);
}

async function discard(data: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of data) void chunk;
}
