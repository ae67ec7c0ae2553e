import type { LogPlace } from '@millrace/core';
import type { SeenLines } from './seen-lines.ts';

const newline = 0x0a;
const space = 0x20;
/** `2026-11-21T08:00:00.123456789+02:00` */
const longestTimestamp = 35;
const timestampForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Takes the timestamps off a log, and what a resumed stream repeats. */
export interface LogLines {
  /** The part of a chunk to pass on; may be empty. */
  readonly take: (chunk: Uint8Array) => Uint8Array;
  /** To be called before the first chunk of another stream. */
  readonly resume: () => void;
  /** What was held back because it might have been the start of a timestamp, at the clean end of the log. */
  readonly rest: () => Uint8Array;
  /** Behind what was passed on. Undefined before the first line. */
  readonly place: () => LogPlace | undefined;
}

/**
 * Bytes go through as they come, lines need not be complete: only the start of a line is held back until its timestamp
 * is whole. A line that was cut goes on where it stopped, in another reading too (`from`). Lines without a timestamp are the kubelet's own words (it
 * reports trouble inside the stream) and pass unchanged.
 */
export function createLogLines(seen: SeenLines, from?: LogPlace): LogLines {
  let head = new Uint8Array(0);
  let content: 'pass' | 'skip' | undefined;
  let open: { readonly timestamp: string; passed: number } | undefined;
  let cut: typeof open =
    from?.open === undefined
      ? undefined
      : { timestamp: from.open.timestamp, passed: from.open.bytes };
  let skipBytes = 0;

  const startLine = (line: Uint8Array): number => {
    const at = line.subarray(0, longestTimestamp + 1).indexOf(space);
    const timestamp = at === -1 ? '' : Buffer.from(line.subarray(0, at)).toString('latin1');
    if (!timestampForm.test(timestamp)) {
      content = 'pass';
      open = undefined;
      return 0;
    }
    if (seen.isRepeated(timestamp)) {
      content = 'skip';
      return at + 1;
    }
    skipBytes = cut?.timestamp === timestamp ? cut.passed : 0;
    open = { timestamp, passed: skipBytes };
    cut = undefined;
    content = 'pass';
    return at + 1;
  };
  const openLine = (): LogPlace['open'] => {
    const line = open ?? cut;
    return line === undefined ? undefined : { timestamp: line.timestamp, bytes: line.passed };
  };
  const endLine = (): void => {
    if (content === 'pass' && open !== undefined) seen.add(open.timestamp);
    content = undefined;
    open = undefined;
    skipBytes = 0;
  };
  const passOn = (piece: Uint8Array, out: Uint8Array[]): void => {
    if (content === 'skip') return;
    const skipped = Math.min(skipBytes, piece.length);
    skipBytes -= skipped;
    const fresh = piece.subarray(skipped);
    if (open !== undefined) open.passed += fresh.length;
    if (fresh.length > 0) out.push(fresh);
  };

  const take = (chunk: Uint8Array): Uint8Array => {
    const data = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    head = new Uint8Array(0);
    const out: Uint8Array[] = [];
    let at = 0;
    while (at < data.length) {
      const end = data.indexOf(newline, at);
      const stop = end === -1 ? data.length : end + 1;
      if (content === undefined) {
        const line = data.subarray(at, stop);
        if (end === -1 && line.length <= longestTimestamp && !line.includes(space)) {
          head = line.slice();
          break;
        }
        at += startLine(line);
      }
      passOn(data.subarray(at, stop), out);
      at = stop;
      if (end !== -1) endLine();
    }
    return out.length === 1 ? (out[0] ?? new Uint8Array(0)) : Buffer.concat(out);
  };
  return {
    take,
    resume: () => {
      if (open !== undefined) cut = open;
      seen.resume(openLine());
      head = new Uint8Array(0);
      content = undefined;
      open = undefined;
      skipBytes = 0;
    },
    rest: () => head,
    place: () => seen.place(openLine()),
  };
}
