import { expect, it } from 'vitest';
import { cutLines } from './cut-lines.ts';

it.each([
  ['a\nb\n', false, 'a\nb', 4],
  ['a\nb', false, 'a', 2],
  ['\n', false, '', 1],
  ['', false, '', 0],
  ['no end', false, '', 0],
  ['no end', true, 'no end', 6],
  ['aé', true, 'aé', 3],
] as const)('%j, full: %s, gives %j and takes %i bytes', (text, isFull, lines, taken) => {
  const piece = cutLines(Buffer.from(text), isFull);
  expect(Buffer.from(piece.bytes).toString()).toBe(lines);
  expect(piece.taken).toBe(taken);
});

it.each([
  ['é', 1, 0],
  ['x€', 3, 1],
  ['x€', 2, 1],
  ['x€', 4, 4],
  ['x😀', 4, 1],
  ['x😀', 2, 1],
  ['x😀', 5, 5],
])('of %j cut to %i bytes takes %i, never half a character', (text, length, taken) => {
  expect(cutLines(Buffer.from(text).subarray(0, length), true).taken).toBe(taken);
});
