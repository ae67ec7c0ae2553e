import { describe, expect, it } from 'vitest';
import { seededNumbers, testSeed } from '../seeded-numbers.test.helper.ts';
import { createLiteralFinder } from './literal-finder.ts';

/** Every place at which literals end, with the longest of them, and what is pending at the end. */
function find(literals: readonly string[], chunks: readonly string[]): string {
  const cursor = createLiteralFinder(literals.map((text) => Buffer.from(text))).cursor();
  const hits: string[] = [];
  let offset = 0;
  for (const chunk of chunks) {
    const data = Buffer.from(chunk);
    const next = cursor.read(data);
    for (let end = next(0); end !== -1; end = next(end))
      hits.push(`${offset + end}:${cursor.found()}`);
    offset += data.length;
  }
  return [...hits, `pending ${cursor.pending()}`].join(' ');
}

describe('literals', () => {
  it.each([
    ['are found where they end', ['abc'], 'xabcabc', '4:3 7:3 pending 0'],
    ['that end together count as the longest', ['c', 'bc', 'abc'], 'abc', '3:3 pending 0'],
    ['may overlap', ['aba'], 'ababa', '3:3 5:3 pending 1'],
    ['are found after a false start', ['aab'], 'aaab', '4:3 pending 0'],
    ['inside of a longer one that is not there', ['bc', 'abcd'], 'abcx', '3:2 pending 0'],
    ['may have begun at the end', ['abcdef'], 'xabc', 'pending 3'],
    ['may be none', [], 'abc', 'pending 0'],
    ['that are empty are no literals', [''], 'abc', 'pending 0'],
    ['may be single bytes', ['\n'], 'a\n\nb', '2:1 3:1 pending 0'],
    [
      'of GitLab are found by their first two letters',
      ['glpat-', 'gldt-'],
      'gglglpat-gl',
      '9:6 pending 2',
    ],
  ] as const)('%s', (_behaviour, literals, text, expected) => {
    expect(find(literals, [text])).toBe(expected);
    expect(find(literals, Array.from(text))).toBe(expected);
  });

  it('are found in long data wherever they stand', () => {
    const literals = ['secret-0123', 'another-one-that-is-longer-than-all-others-0123456789'];
    for (let before = 0; before < 150; before++) {
      for (const literal of literals) {
        const text = `${'.'.repeat(before)}${literal}${'.'.repeat(100)}`;
        expect(find(literals, [text])).toBe(
          `${before + literal.length}:${literal.length} pending 0`,
        );
      }
    }
  });

  it('are found in long data wherever it is cut', () => {
    for (const literals of [['secret-0123', 'another-longer-one'], ['glpat-', 'gldt-'], ['ab']]) {
      const [literal = ''] = literals;
      for (let inFirst = 1; inFirst < literal.length; inFirst++) {
        const first = '.'.repeat(150) + literal.slice(0, inFirst);
        const rest = literal.slice(inFirst) + '.'.repeat(150);
        const expected = `${150 + literal.length}:${literal.length} pending 0`;
        expect(find(literals, [first, rest])).toBe(expected);
      }
    }
  });

  it('are those that a plain search finds, for literals of any length', () => {
    const seed = testSeed(process.env);
    const numbers = seededNumbers(seed);
    const word = (length: number): string =>
      Array.from({ length }, () => 'ab-'[numbers(3)]).join('');
    for (let round = 0; round < 3000; round++) {
      const shortest = 1 + numbers(9);
      const literals = Array.from({ length: 1 + numbers(5) }, () => word(shortest + numbers(4)));
      const text = word(200);
      const ends = Array.from(text, (_, at) => {
        const hits = literals.filter((literal) => text.slice(0, at + 1).endsWith(literal));
        return hits.length === 0
          ? []
          : [`${at + 1}:${Math.max(...hits.map(({ length }) => length))}`];
      }).flat();
      const cutAt = numbers(200);
      const found = find(literals, [text.slice(0, cutAt), text.slice(cutAt)]);
      const which = { seed, round, literals, cutAt, text };
      const given = found.replace(/ ?pending \d+$/, '');
      expect({ ...which, given }).toEqual({ ...which, given: ends.join(' ') });
    }
  });

  it('take time in proportion to the data, even if every byte could begin one', () => {
    const literal = 'a'.repeat(10_000);
    // A search that compares at every place would need ten billion steps.
    expect(find([literal, `${literal}b`], ['a'.repeat(1_000_000)])).toMatch(/ pending 10000$/);
  });
});
