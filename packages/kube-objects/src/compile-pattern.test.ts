import { performance } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { compilePattern } from './compile-pattern.ts';

it.each([
  ['^ci-.*$', 'ci-main', true, true],
  ['ci', 'the-ci-namespace', true, false],
  ['', 'anything', true, false],
  ['(?i)CI', 'ci', true, true],
  ['a|b', 'b', true, true],
  ['\\d+', '123', true, true],
])('%j in %j: anywhere %s, whole %s', (source, text, anywhere, whole) => {
  const pattern = compilePattern(source);
  expect([pattern.test(text), pattern.matches(text)]).toEqual([anywhere, whole]);
});

it.each([
  ['(', 'error parsing regexp: missing closing )'],
  ['a(?=b)', 'error parsing regexp: invalid or unsupported Perl syntax'],
  ['a{1001}', 'error parsing regexp: invalid repeat count'],
  ['(a)\\1', 'error parsing regexp: invalid escape sequence'],
  ['[z-a]', 'error parsing regexp: invalid character class range'],
])('refuses %j and says why', (source, message) => {
  expect(() => compilePattern(source)).toThrow(
    expect.objectContaining({
      code: 'MILLRACE_E_PATTERN',
      message: expect.stringContaining(message),
      details: { pattern: source },
    }),
  );
});

it('takes time in proportion to the text, not to its square', () => {
  const pattern = compilePattern('(a+)+$|(a|aa)*c|(.*x){5}');
  const time = (length: number): number => {
    const text = `${'a'.repeat(length)}!`;
    const runs = Array.from({ length: 5 }, () => {
      const start = performance.now();
      expect(pattern.test(text)).toBe(false);
      return performance.now() - start;
    });
    return Math.min(...runs);
  };
  time(5_000);
  // Ten times the text: ten times the work if linear, a hundred times if quadratic.
  expect(time(50_000)).toBeLessThan(50 * Math.max(time(5_000), 0.2));
});
