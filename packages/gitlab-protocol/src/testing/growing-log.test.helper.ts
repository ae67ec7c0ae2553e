import type { TraceSource } from '../trace/trace-source.ts';

/** A log in memory that a test writes. */
export interface GrowingLog extends TraceSource {
  readonly write: (text: string | Uint8Array) => void;
  readonly bytes: () => Buffer;
}

/** Begins empty, or with a text. */
export function createGrowingLog(text = ''): GrowingLog {
  let content = Buffer.from(text);
  return {
    write: (more) => {
      content = Buffer.concat([content, Buffer.from(more)]);
    },
    bytes: () => content,
    size: () => content.length,
    read: (from, max) => Promise.resolve(content.subarray(from, from + max)),
  };
}
