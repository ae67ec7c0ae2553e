import { describe, expect, it } from 'vitest';
import { createSecretMasker } from './secret-masker.ts';

const masked = (secrets: readonly string[], chunks: readonly string[]): string => {
  const masker = createSecretMasker(secrets);
  return Buffer.concat([
    ...chunks.map((chunk) => Buffer.from(masker.push(Buffer.from(chunk)))),
    masker.end(),
  ]).toString();
};

describe('masking', () => {
  it.each([
    ['replaces whole values', ['abc'], 'x abc y abc', 'x [MASKED] y [MASKED]'],
    ['takes the longest of several', ['ab', 'abcd', 'abc'], 'abcd', '[MASKED]'],
    ['makes one of values that overlap', ['abc', 'bcd'], 'abcd', '[MASKED]'],
    ['keeps values that touch apart', ['ab'], 'abab', '[MASKED][MASKED]'],
    ['leaves beginnings alone', ['abcdef'], 'abcde abcd', 'abcde abcd'],
    ['finds a value after a false start', ['aab'], 'aaab', 'a[MASKED]'],
    [
      'takes characters of regular expressions as they are',
      ['a.c*'],
      'abc a.c* a.cc',
      'abc [MASKED] a.cc',
    ],
    ['works on lines and unicode', ['ä\nö'], 'üä\nöü', 'ü[MASKED]ü'],
    ['does nothing without values', ['', ''], 'abc', 'abc'],
  ] as const)('%s, however the bytes arrive', (_behaviour, secrets, text, expected) => {
    expect(masked(secrets, [text])).toBe(expected);
    expect(masked(secrets, Array.from(text))).toBe(expected);
  });

  it('holds back only what may be the beginning of a value', () => {
    const masker = createSecretMasker(['secret']);
    expect(Buffer.from(masker.push(Buffer.from('a line\n'))).toString()).toBe('a line\n');
    expect(Buffer.from(masker.push(Buffer.from('more sec'))).toString()).toBe('more ');
    expect(Buffer.from(masker.end()).toString()).toBe('sec');
  });

  it('leaks nothing and says the same in any chunking', () => {
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const word = (length: number): string =>
      Array.from({ length }, () => 'abc'[random(3)]).join('');
    for (let round = 0; round < 3000; round++) {
      const secrets = Array.from({ length: 1 + random(4) }, () => word(1 + random(5)));
      const text = word(random(40));
      const chunks: string[] = [];
      for (let at = 0; at < text.length;) {
        const size = 1 + random(6);
        chunks.push(text.slice(at, at + size));
        at += size;
      }
      const whole = masked(secrets, [text]);
      expect(masked(secrets, chunks)).toBe(whole);
      expect(secrets.filter((secret) => whole.includes(secret))).toEqual([]);
    }
  });
});
