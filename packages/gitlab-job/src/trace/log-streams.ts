import { createTimestamper, type Timestamper } from './timestamper.ts';

/** Where a part of a job log comes from: the runner, the pod's start, or the job's own output. */
export type LogStream = 'runner' | 'start' | 'work';

/** The parts of a job log on their way into one. */
export interface LogStreams {
  readonly write: (stream: LogStream, bytes: Uint8Array) => Uint8Array;
  /** What is held of all streams, in a fixed order. */
  readonly close: () => Uint8Array;
}

/** Passes everything on as it is. */
export const plainStreams = (): LogStreams => ({
  write: (_stream, bytes) => bytes,
  close: () => Buffer.alloc(0),
});

/** GitLab Runner's numbers of streams; each holds back partial lines of its own. */
const names: Readonly<Record<LogStream, string>> = { runner: '00O', start: '00E', work: '01O' };

/** Markers of sections end so; each is written by itself, so that it stays a line of its own. */
const markerEnd = /(?<=\r\u001B\[0K)/;

/** Puts time and stream in front of every line. */
export function timestampedStreams(now: () => number): LogStreams {
  const streams = new Map(
    Object.entries(names).map(([name, number]) => [name, createTimestamper(number, now)] as const),
  );
  const of = (stream: LogStream): Timestamper =>
    streams.get(stream) ?? createTimestamper(names[stream], now);
  return {
    write: (stream, bytes) => {
      if (stream === 'work') return of(stream).write(bytes);
      const parts = Buffer.from(bytes).toString().split(markerEnd);
      return Buffer.concat(parts.map((part) => of(stream).write(Buffer.from(part))));
    },
    close: () => Buffer.concat([...streams.values()].map((stream) => stream.close())),
  };
}
