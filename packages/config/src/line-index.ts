import type { SourcePosition } from '@millrace/core';

/** Turns an offset in a text into its place in the file. */
export type LineIndex = (offset: number) => SourcePosition;

/** Lines and columns count from 1; a column is a UTF-16 unit, as editors count. */
export function createLineIndex(text: string, file: string): LineIndex {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
