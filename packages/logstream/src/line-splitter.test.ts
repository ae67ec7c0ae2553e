import { describe, expect, it } from 'vitest';
import { createLineSplitter } from './line-splitter.ts';

const split = (limit: number, chunks: readonly string[]): readonly string[] => {
  const splitter = createLineSplitter(limit);
  const texts = (pieces: ReturnType<typeof splitter.push>): readonly string[] =>
    pieces.map(({ bytes, ended }) => Buffer.from(bytes).toString() + (ended ? '|' : '…'));
  return [
    ...chunks.flatMap((chunk) => texts(splitter.push(Buffer.from(chunk)))),
    ...texts(splitter.end()),
  ];
};

describe('lines', () => {
  it.each([
    ['end at a newline', 9, 'a\nbc\n', ['a|', 'bc|']],
    ['may be empty', 9, '\n\n', ['|', '|']],
    ['may be left without one', 9, 'a\nb', ['a|', 'b…']],
    ['keep a carriage return', 9, 'a\r\n', ['a\r|']],
    ['that are too long come in pieces', 3, 'abcdefgh\ni', ['abc…', 'def…', 'gh|', 'i…']],
    ['of exactly the limit are whole', 3, 'abc\n', ['abc|']],
    ['too long without an end come in pieces', 3, 'abcdefg', ['abc…', 'def…', 'g…']],
  ] as const)('%s, however the bytes arrive', (_behaviour, limit, text, expected) => {
    expect(split(limit, [text])).toEqual(expected);
    expect(split(limit, Array.from(text))).toEqual(expected);
  });
});
