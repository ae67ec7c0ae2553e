import { expect, it } from 'vitest';
import { redirectTarget } from './follow-redirect.ts';

const target = (from: string, status: number, location?: string): string | undefined =>
  redirectTarget(
    { method: 'POST', url: new URL(from), headers: {} },
    {
      status,
      statusText: '',
      headers: location === undefined ? {} : { location },
      body: '',
    },
  )?.href;

it.each([
  ['http://a/x', 307, 'https://a/x', 'https://a/x'],
  ['http://a/x', 308, '/y', 'http://a/y'],
  ['https://a/x', 307, 'https://b/x', 'https://b/x'],
  ['http://a/x', 301, 'https://a/x', undefined],
  ['http://a/x', 302, 'https://a/x', undefined],
  ['http://a/x', 303, 'https://a/x', undefined],
  ['https://a/x', 307, 'http://a/x', undefined],
  ['http://a/x', 307, 'ftp://a/x', undefined],
  ['http://a/x', 307, 'http://', undefined],
  ['http://a/x', 307, undefined, undefined],
  ['http://a/x', 200, 'http://b/x', undefined],
])('from %s, a %i to %s leads to %s', (from, status, location, expected) => {
  expect(target(from, status, location)).toBe(expected);
});
