import { expect, it } from 'vitest';
import { isProtectedKey } from './protected-key.ts';

it.each([
  ['the domain itself', 'runner.example.com', true],
  ['a name below the domain', 'runner.example.com/name', true],
  ['a domain below it', 'job.runner.example.com/pod', true],
  ['a bare domain below it', 'job.runner.example.com', true],
  ['upper case', 'Runner.Example.COM/foo', true],
  ['a domain that only ends alike', 'xrunner.example.com/ok', false],
  ['the domain as the name part', 'example.org/runner.example.com', false],
  ['a bare name', 'pod', false],
  ['an empty key', '', false],
])('%s: %s', (_what, key, expected) => {
  expect(isProtectedKey(key, ['runner.example.com'])).toBe(expected);
});

it('without domains nothing is protected', () => {
  expect(isProtectedKey('runner.example.com/name', [])).toBe(false);
});
