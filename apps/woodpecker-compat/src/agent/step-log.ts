import type { LogPlace } from '@millrace/core';
import { createLineSplitter, createLiteralFinder, createSecretMasker } from '@millrace/logstream';

/** Bytes of one entry with its line break; longer lines come in several. */
const longestLine = 1_048_576;
/** What stands for a secret. */
const replacement = '********';

/** A line of a step's log, masked, without its line break. */
export interface StepLine {
  readonly data: Uint8Array;
  readonly line: number;
  /** What of the step's log is taken once this line is. */
  readonly end: LineEnd;
}

/** Behind a line of a step's log. */
export interface LineEnd {
  /** Bytes of the container's log. */
  readonly offset: number;
  /** Number of the next line. */
  readonly line: number;
  /** Where the log goes on, where it is known. */
  readonly place?: LogPlace;
}

/** Turns a step's output into lines. */
export interface StepLog {
  /** @param place - behind these bytes */
  readonly push: (bytes: Uint8Array, place?: LogPlace) => readonly StepLine[];
  /** The rest, when nothing more comes. */
  readonly end: () => readonly StepLine[];
  /** Lines of the agent's own, which are no bytes of the container's log. */
  readonly say: (lines: readonly string[]) => readonly StepLine[];
}

/** Makes the lines of one step; goes on behind what was taken before. */
export function createStepLog(masks: readonly string[], from: LineEnd): StepLog {
  const splitter = createLineSplitter(longestLine - 1);
  const finder = createLiteralFinder(masks.map((mask) => new TextEncoder().encode(mask)));
  const masker = createSecretMasker(finder, { replacement });
  let { offset, line } = from;
  const linesOf = (
    pieces: readonly { readonly bytes: Uint8Array; readonly ended: boolean }[],
    isLast: boolean,
    place: LogPlace | undefined,
  ): readonly StepLine[] =>
    pieces.map(({ bytes, ended }, index) => {
      const masked = masker.push(bytes);
      const data = ended || isLast ? Buffer.concat([masked, masker.end()]) : Buffer.from(masked);
      offset += bytes.length + (ended ? 1 : 0);
      line += 1;
      const isBehindAll = ended && index === pieces.length - 1;
      return {
        data,
        line: line - 1,
        end: { offset, line, ...(place === undefined || !isBehindAll ? {} : { place }) },
      };
    });
  let pushed = offset;
  return {
    push: (bytes, place) => {
      pushed += bytes.length;
      const pieces = splitter.push(bytes);
      const read = pieces.reduce(
        (sum, piece) => sum + piece.bytes.length + (piece.ended ? 1 : 0),
        offset,
      );
      return linesOf(pieces, false, read === pushed ? place : undefined);
    },
    end: () => linesOf(splitter.end(), true, undefined),
    say: (lines) =>
      lines.map((text) => {
        const data = Buffer.concat([masker.push(new TextEncoder().encode(text)), masker.end()]);
        line += 1;
        return { data, line: line - 1, end: { offset, line } };
      }),
  };
}
