import { describe, expect, it } from 'vitest';
import { createLiteralFinder, type LiteralFinder } from '../literals/literal-finder.ts';
import { createSecretMasker } from './secret-masker.ts';

const finder = (...secrets: readonly string[]): LiteralFinder =>
  createLiteralFinder(secrets.map((secret) => Buffer.from(secret)));

const masked = (secrets: readonly string[], chunks: readonly string[]): string => {
  const masker = createSecretMasker(finder(...secrets));
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
    ['makes one of values that are bridged by a third', ['ab', 'cd', 'bc'], 'abcd', '[MASKED]'],
    ['keeps values that touch apart', ['ab'], 'abab', '[MASKED][MASKED]'],
    ['leaves beginnings alone', ['abcdef'], 'abcde abcd', 'abcde abcd'],
    ['finds a value after a false start', ['aab'], 'aaab', 'a[MASKED]'],
    ['finds a value inside a longer one that breaks off', ['bc', 'abcd'], 'abcx', 'a[MASKED]x'],
    ['takes regular expressions as they are', ['a.c*'], 'abc a.c* a.cc', 'abc [MASKED] a.cc'],
    ['works on lines and unicode', ['ä\nö'], 'üä\nöü', 'ü[MASKED]ü'],
    ['wants every byte of several lines', ['a\nb'], 'a\r\nb a\nb', 'a\r\nb [MASKED]'],
    ['does not look into its own word', ['MASK', 'abc'], 'abc', '[MASKED]'],
    ['does nothing without values', ['', ''], 'abc', 'abc'],
  ] as const)('%s, however the bytes arrive', (_behaviour, secrets, text, expected) => {
    expect(masked(secrets, [text])).toBe(expected);
    expect(masked(secrets, Array.from(text))).toBe(expected);
  });

  it('can say another word', () => {
    const masker = createSecretMasker(finder('abc'), { replacement: '********' });
    expect(Buffer.from(masker.push(Buffer.from('-abc-'))).toString()).toBe('-********-');
  });
});

describe('a masker', () => {
  it('holds back only what may be the beginning of a value', () => {
    const masker = createSecretMasker(finder('secret'));
    const push = (text: string): string => Buffer.from(masker.push(Buffer.from(text))).toString();
    expect(push('a line\n')).toBe('a line\n');
    expect(masker.idle()).toBe(true);
    expect(push('more sec')).toBe('more ');
    expect(masker.idle()).toBe(false);
    expect(push('ret')).toBe('[MASKED]');
    expect(masker.idle()).toBe(true);
    expect(push('sec')).toBe('');
    expect(Buffer.from(masker.end()).toString()).toBe('sec');
  });

  it('keeps what it holds when the chunk is overwritten', () => {
    const masker = createSecretMasker(finder('secret'));
    const chunk = Buffer.from('sec');
    masker.push(chunk);
    chunk.fill('x');
    expect(Buffer.from(masker.push(Buffer.from('ond '))).toString()).toBe('second ');
  });

  it('passes a chunk without values on as it is', () => {
    const chunk = Buffer.from('nothing here');
    expect(createSecretMasker(finder('secret')).push(chunk).buffer).toBe(chunk.buffer);
  });

  it('looks for more values from then on, also in what is held', () => {
    const masker = createSecretMasker(finder('abcdef'));
    const push = (text: string): string => Buffer.from(masker.push(Buffer.from(text))).toString();
    expect(push('xyz abcd')).toBe('xyz ');
    masker.use(finder('abcdef', 'xyz', 'bcd'));
    expect(push('- xyz')).toBe('a[MASKED]- [MASKED]');
  });

  it.each([
    ['in a value', 'x abc', 'def y', 'x [MASKED] y'],
    ['in a beginning that is none', 'x abc', ' y', 'x abc y'],
    ['behind a value that another one overlaps', 'x 12ab', 'cdef y', 'x [MASKED] y'],
    ['in a value inside of a longer one', 'x zyw', 'v y', 'x [MASKED] y'],
    ['in a value inside of a longer one that breaks off', 'x zyw', ' y', 'x z[MASKED]w y'],
  ])('goes on in another process %s', (_where, before, after, expected) => {
    const secrets = finder('abcdef', '12a', 'zywv', 'y');
    const first = createSecretMasker(secrets);
    const head = Buffer.from(first.push(Buffer.from(before)));
    expect(first.idle()).toBe(false);
    const state = structuredClone(first.state());
    const second = createSecretMasker(secrets, { state });
    expect(second.state()).toEqual(state);
    const rest = [second.push(Buffer.from(after)), second.end()];
    const whole = masked(['abcdef', '12a', 'zywv', 'y'], [before + after]);
    expect(Buffer.concat([head, ...rest]).toString()).toBe(whole);
    expect(whole).toBe(expected.replace(/ y$/, ' [MASKED]'));
  });
});
