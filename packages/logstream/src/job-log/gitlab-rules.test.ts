import { describe, expect, it } from 'vitest';
import { gitlabLogLimit, gitlabTokenPrefixes } from './gitlab-rules.ts';

describe('the limit of GitLab Runner', () => {
  it.each([
    ['is 4 MiB', undefined, 4_194_304],
    ['is 4 MiB for 0', 0, 4_194_304],
    ['is given in KiB', 10, 10_240],
  ])('%s', (_behaviour, outputLimit, bytes) => {
    expect(gitlabLogLimit(outputLimit)).toEqual({
      bytes,
      notice: `\n\u001B[33;1mJob's log exceeded limit of ${bytes} bytes.\nJob execution will continue but no more output will be collected.\u001B[0;m\n`,
    });
  });
});

describe('the prefixes of tokens', () => {
  it('are those of personal tokens without FF_MASK_ALL_DEFAULT_TOKENS', () => {
    expect(gitlabTokenPrefixes(false)).toEqual(['glpat-']);
  });

  it('can be more, each once', () => {
    expect(gitlabTokenPrefixes(false, ['x-', 'glpat-', ''])).toEqual(['glpat-', 'x-']);
  });

  it('all count, however many they are', () => {
    const more = Array.from({ length: 20 }, (_, index) => `company-token-${index}-`);
    expect(gitlabTokenPrefixes(true, more)).toHaveLength(14 + 20);
  });
});
