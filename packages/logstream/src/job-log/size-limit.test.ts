import { describe, expect, it } from 'vitest';
import { createSizeLimit } from './size-limit.ts';

const limit = { bytes: 5, notice: '!' };
const limited = (chunks: readonly string[]): string => {
  const size = createSizeLimit(limit);
  return Buffer.concat(
    chunks.map((chunk) => Buffer.from(size.push(Buffer.from(chunk)))),
  ).toString();
};

describe('a limit', () => {
  it.each([
    ['lets fewer bytes through', 'abcd', 'abcd'],
    ['is reached by as many bytes', 'abcde', 'abcde!'],
    ['cuts what is too long', 'abcdefgh', 'abcde!'],
    ['cuts no character', 'abc€', 'abc!'],
    ['keeps a character that just fits', 'ab€d', 'ab€!'],
  ])('%s, however the bytes arrive', (_behaviour, text, expected) => {
    expect(limited([text])).toBe(expected);
    expect(limited(Array.from(text))).toBe(expected);
  });

  it('is told once, and nothing passes behind it', () => {
    expect(limited(['abcdef', 'g', 'h'])).toBe('abcde!');
    expect(limited(['abcd', 'efg', 'h'])).toBe('abcde!');
  });

  it('counts the bytes of the log, with the notice', () => {
    const size = createSizeLimit(limit);
    size.push(Buffer.from('abc'));
    expect([size.written(), size.full()]).toEqual([3, false]);
    size.push(Buffer.from('def'));
    expect([size.written(), size.full()]).toEqual([6, true]);
  });

  it('goes on in another process', () => {
    const before = createSizeLimit(limit, { written: 4, full: false });
    expect(Buffer.from(before.push(Buffer.from('xyz'))).toString()).toBe('x!');
    const full = createSizeLimit(limit, { written: 6, full: true });
    expect(full.push(Buffer.from('xyz')).length).toBe(0);
  });

  it('may be none', () => {
    const size = createSizeLimit(undefined);
    expect(size.push(Buffer.alloc(1000)).length).toBe(1000);
    expect(size.full()).toBe(false);
  });
});
