import type { SectionMarker } from './section-marker.ts';
import { MARKER_LIMIT, MARKER_PREFIX, MARKER_SUFFIX, parseMarker } from './section-marker.ts';

/** Something in a job log: bytes, or the start or end of a section. */
export type LogEvent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'section-start';
      readonly section: SectionMarker;
      /** Bytes between the marker and the end of its line, without the newline. */
      readonly header: Uint8Array;
    }
  | { readonly kind: 'section-end'; readonly section: SectionMarker };

/** Finds sections in a job log. */
export interface SectionScanner {
  readonly push: (chunk: Uint8Array) => readonly LogEvent[];
  readonly end: () => readonly LogEvent[];
}

/** Longest header in bytes; what is beyond belongs to the section. */
const HEADER_LIMIT = 1024;
const NEWLINE = 10;

/**
 * Finds GitLab's section markers wherever they stand in a line. Bytes are passed on at once, but for what may be the
 * beginning of a marker and for headers. A malformed marker is ordinary output.
 */
export function createSectionScanner(): SectionScanner {
  let rest: Buffer = Buffer.alloc(0);
  /** The section that was opened and whose header is not complete. */
  let opened: SectionMarker | undefined;

  const scan = (data: Buffer, final: boolean): readonly LogEvent[] => {
    const events: LogEvent[] = [];
    let start = 0;
    const emit = (end: number): void => {
      if (end > start) events.push({ kind: 'bytes', bytes: data.subarray(start, end) });
      start = Math.max(start, end);
    };
    for (;;) {
      const found = findMarker(data, start, final);
      if (opened !== undefined) {
        const header = headerEnd(data, start, found, final);
        if (header === undefined) break;
        events.push({
          kind: 'section-start',
          section: opened,
          header: data.subarray(start, header.end),
        });
        opened = undefined;
        start = header.next;
        continue;
      }
      emit(found.at);
      if (found.marker === undefined) break;
      start = found.end;
      if (found.marker.edge === 'start') opened = found.marker;
      else events.push({ kind: 'section-end', section: found.marker });
    }
    rest = Buffer.from(data.subarray(start));
    return events;
  };
  return {
    push: (chunk) =>
      scan(rest.length === 0 ? asBuffer(chunk) : Buffer.concat([rest, chunk]), false),
    end: () => scan(rest, true),
  };
}

/** The next marker at or after a position; without one, `at` is where the bytes that must be held begin. */
interface Found {
  readonly marker?: SectionMarker;
  readonly at: number;
  readonly end: number;
}

function findMarker(data: Buffer, from: number, final: boolean): Found {
  for (
    let at = data.indexOf(MARKER_PREFIX, from);
    at !== -1;
    at = data.indexOf(MARKER_PREFIX, at + 1)
  ) {
    const window = data.subarray(at, at + MARKER_LIMIT);
    const length = window.indexOf(MARKER_SUFFIX);
    const marker = length === -1 ? undefined : parseMarker(window.toString('latin1', 0, length));
    if (marker !== undefined) return { marker, at, end: at + length + MARKER_SUFFIX.length };
    const undecided = length === -1 && window.length < MARKER_LIMIT && !window.includes(NEWLINE);
    if (undecided && !final) return { at, end: at };
  }
  const at = final ? data.length : Math.max(from, data.length - prefixAtEnd(data));
  return { at, end: at };
}

/** Where the header ends and where what follows begins; undefined when more bytes are needed. */
function headerEnd(
  data: Buffer,
  start: number,
  found: Found,
  final: boolean,
): { readonly end: number; readonly next: number } | undefined {
  const newline = data.indexOf(NEWLINE, start);
  const limit = start + HEADER_LIMIT;
  const line = newline === -1 ? Infinity : newline;
  const marker = found.marker === undefined ? Infinity : found.at;
  if (line < marker && line <= limit) return { end: line, next: line + 1 };
  if (marker <= limit) return { end: marker, next: marker };
  if (data.length >= limit + MARKER_LIMIT) return { end: limit, next: limit };
  const all = Math.min(limit, data.length);
  return final ? { end: all, next: all } : undefined;
}

/** How many bytes at the end may be the beginning of a marker. */
function prefixAtEnd(data: Buffer): number {
  const tail = data.toString('latin1', Math.max(0, data.length - MARKER_PREFIX.length + 1));
  for (let length = tail.length; length > 0; length--) {
    if (tail.endsWith(MARKER_PREFIX.slice(0, length))) return length;
  }
  return 0;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
