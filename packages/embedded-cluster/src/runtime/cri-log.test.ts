import { describe, expect, it } from 'vitest';
import { createCriEncoder, createLogStamps } from './cri-log.ts';

const encode = (...chunks: readonly string[]): readonly string[] => {
  const encoder = createCriEncoder('stdout', () => 'T');
  const entries = [...chunks.map((chunk) => encoder.encode(Buffer.from(chunk))), encoder.end()];
  return Buffer.concat(entries).toString().split('\n').slice(0, -1);
};

describe('log entries', () => {
  it.each([
    ['a line is one entry', ['a\nb\n'], ['T stdout F a', 'T stdout F b']],
    ['a line over several chunks is one entry', ['a', 'b', 'c\n'], ['T stdout F abc']],
    ['an empty line stays', ['\n'], ['T stdout F ']],
    ['a last line without newline is partial', ['a\nb'], ['T stdout F a', 'T stdout P b']],
    ['characters cut by a chunk survive', ['ü\n'], ['T stdout F ü']],
    [
      'a long line is cut into pieces of 16 KiB',
      [`${'x'.repeat(20_000)}\n`],
      [`T stdout P ${'x'.repeat(16_384)}`, `T stdout F ${'x'.repeat(3616)}`],
    ],
    [
      'a line of exactly 16 KiB is whole',
      [`${'x'.repeat(16_384)}\n`],
      [`T stdout F ${'x'.repeat(16_384)}`],
    ],
  ])('%s', (_behaviour, chunks, expected) => {
    expect(encode(...chunks)).toEqual(expected);
  });
});

it('stamps never repeat or go back, even when the clock does', () => {
  const times = [1000, 1000, 999, 2500];
  const stamps = createLogStamps(() => times.shift() ?? 0);
  const made = [stamps(), stamps(), stamps(), stamps()];
  expect(made).toEqual([
    '1970-01-01T00:00:01.000000000Z',
    '1970-01-01T00:00:01.000000001Z',
    '1970-01-01T00:00:01.000000002Z',
    '1970-01-01T00:00:02.500000000Z',
  ]);
});
