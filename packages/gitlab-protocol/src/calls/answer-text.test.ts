import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../transport/transport.ts';
import { answerText, isJson } from './answer-text.ts';

const request = {
  method: 'PUT',
  url: new URL('https://user:password@gitlab.test/api/v4/jobs/1?secret=1#part'),
  headers: {},
} as const;

const answer = (status: number, body: string, type = 'application/json'): HttpAnswer => ({
  status,
  statusText: '',
  headers: { 'content-type': type },
  body,
});

const place = 'PUT https://gitlab.test/api/v4/jobs/1';

describe('the words for an answer', () => {
  it.each([
    ['success', answer(200, '{"message":"fine"}'), '200 OK'],
    ['a page', answer(502, '<html>', 'text/html'), '502 Bad Gateway'],
    ['a message', answer(403, '{"message":"no way"}'), `${place}: 403 Forbidden (no way)`],
    [
      'the status said twice',
      answer(403, '{"message":"403 Forbidden"}'),
      `${place}: 403 Forbidden`,
    ],
    ['JSON without a message', answer(404, '{"error":"x"}'), '404 Not Found'],
    ['JSON that is none', answer(404, '{'), '404 Not Found'],
    [
      'faults by field',
      answer(422, '{"message":{"tags":["are empty","are odd"],"name":["is long"]}}'),
      `${place}: 422 Unprocessable Entity (tags: are empty; are odd, name: is long)`,
    ],
    ['a status without a name', answer(599, '', 'text/plain'), '599'],
  ])('%s', (_what, given, text) => {
    expect(answerText(request, given)).toBe(text);
  });

  it('repeat no more than the beginning of a long message', () => {
    const text = answerText(request, answer(400, JSON.stringify({ message: 'x'.repeat(9_999) })));
    expect(text.length).toBeLessThan(1_200);
  });
});

it.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['Application/JSON', true],
  ['text/json', false],
  ['', false],
])('%j is JSON: %s', (type, expected) => {
  expect(isJson(answer(200, '', type))).toBe(expected);
});
