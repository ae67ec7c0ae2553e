import { describe, expect, it } from 'vitest';
import { createLiteralFinder, type LiteralFinder } from '../literals/literal-finder.ts';
import { gitlabTokenPrefixes } from './gitlab-rules.ts';
import { bytewise, pushAll } from './push-all.test.helper.ts';
import { createTokenMasker } from './token-masker.ts';

const finder = (prefixes: readonly string[]): LiteralFinder =>
  createLiteralFinder(prefixes.map((prefix) => Buffer.from(prefix)));
const gitlab = finder(gitlabTokenPrefixes(true));

describe('tokens', () => {
  it.each([
    ['are replaced behind their prefix', 'x glpat-abc y', 'x glpat-[MASKED] y'],
    ['have letters, digits and four marks', 'glpat-aZ09-._=/x', 'glpat-[MASKED]/x'],
    ['need a character', 'glpat- glpat-\n', 'glpat- glpat-\n'],
    ['may end the log', 'glrt-t1_abc', 'glrt-[MASKED]'],
    ['may begin inside a word', 'xglglpat-abc', 'xglglpat-[MASKED]'],
    ['may contain a prefix', 'glpat-glpat-abc d', 'glpat-[MASKED] d'],
    ['may follow each other', 'glpat-a,glrt-b', 'glpat-[MASKED],glrt-[MASKED]'],
    ['may be those of a session', '_gitlab_session=f00; a', '_gitlab_session=[MASKED]; a'],
    ['that were replaced stay replaced', 'glpat-[MASKED]', 'glpat-[MASKED]'],
    ['end at other characters', 'glpat-äb', 'glpat-äb'],
  ])('%s, however the bytes arrive', (_behaviour, text, expected) => {
    expect(pushAll(createTokenMasker(gitlab), [text])).toBe(expected);
    expect(pushAll(createTokenMasker(gitlab), bytewise(text))).toBe(expected);
  });

  it.each([
    ['the shortest prefix counts', ['ab-', 'ab-c-'], 'ab-c-d', 'ab-[MASKED]'],
    ['a prefix may begin inside another', ['a-', '-/b'], 'a-/bc', 'a-/b[MASKED]'],
    ['a prefix may begin inside a token', ['a-', 'key:'], 'a-key:b', 'a-[MASKED]:[MASKED]'],
  ])('of other programs: %s', (_behaviour, prefixes, text, expected) => {
    expect(pushAll(createTokenMasker(finder(prefixes)), [text])).toBe(expected);
    expect(pushAll(createTokenMasker(finder(prefixes)), bytewise(text))).toBe(expected);
  });

  it.each(gitlabTokenPrefixes(true))('of GitLab: %s', (prefix) => {
    expect(pushAll(createTokenMasker(gitlab), [`(${prefix}abc)`])).toBe(`(${prefix}[MASKED])`);
  });

  it('are never held back', () => {
    const masker = createTokenMasker(gitlab);
    const push = (text: string): string => Buffer.from(masker.push(Buffer.from(text))).toString();
    expect(['x glp', 'at-', 'a', 'b', ' y'].map(push)).toEqual([
      'x glp',
      'at-',
      '[MASKED]',
      '',
      ' y',
    ]);
  });

  it.each(['', 'g', 'glpa', 'glpat-', 'glpat-a', 'glpat-gl', 'glpat-glrt', 'glg'])(
    'go on behind %j',
    (before) => {
      for (const rest of ['lpat-x', 't-y', '-z w', ' v', 'pat-']) {
        const whole = pushAll(createTokenMasker(gitlab), [before + rest]);
        const first = createTokenMasker(gitlab);
        const head = bytewise(before).map((byte) => Buffer.from(first.push(byte)).toString());
        const state = first.idle() ? undefined : structuredClone(first.state());
        const second = createTokenMasker(gitlab, { state });
        expect(head.join('') + pushAll(second, [rest])).toBe(whole);
      }
    },
  );

  it('go on behind what another prefix begins with', () => {
    const prefixes = finder(['xa-/c', '-/bd']);
    const first = createTokenMasker(prefixes);
    for (const byte of bytewise('xa-/b')) first.push(byte);
    const state = structuredClone(first.state());
    expect(pushAll(createTokenMasker(prefixes, { state }), ['d1'])).toBe('d[MASKED]');
  });
});
