import { describe, expect, it } from 'vitest';
import { errorMeanings } from './error-meanings.ts';
import { builtCodes, findErrorCodes, mentionedCodes } from './find-error-codes.ts';

const known = Object.keys(errorMeanings);
const made = findErrorCodes().map(({ code }) => code);

describe('error codes', () => {
  it('have a meaning in tools/reference/error-meanings.ts', () => {
    expect(made.filter((code) => !known.includes(code))).toEqual([]);
  });

  it('are all in the sources: no meaning is left of a code that is gone', () => {
    expect(known.filter((code) => !made.includes(code))).toEqual([]);
  });

  it('that comments and comparisons name are made somewhere', () => {
    expect(mentionedCodes().filter((code) => !made.includes(code))).toEqual([]);
  });

  it('are written out where they are made, so that one can search for them', () => {
    expect(builtCodes()).toEqual([]);
  });

  it('have a visible kind', () => {
    const unseen = findErrorCodes().filter(({ kinds }) => kinds.length === 0);
    expect(unseen.map(({ code }) => code)).toEqual([]);
  });

  it('are sorted, so that a meaning is found', () => {
    expect(known).toEqual(known.toSorted());
  });
});

it.each(Object.entries(errorMeanings))('%s is explained in sentences', (_code, meaning) => {
  expect(meaning).toEqual({
    meaning: expect.stringMatching(/^[A-Z].*\.$/),
    act: expect.stringMatching(/^[A-Z].*\.$/),
  });
});
