import { expect, it } from 'vitest';
import { createRequestConcurrency } from './request-concurrency.ts';

const job = { retried: false, gotJob: true };
const none = { retried: false, gotJob: false };
const busy = { retried: true, gotJob: false };

it('without adaption allows what is configured, and one at least', () => {
  expect(createRequestConcurrency(4, false).allowed()).toBe(4);
  expect(createRequestConcurrency(0, false).allowed()).toBe(1);
});

it('grows with jobs up to what is configured', () => {
  const concurrency = createRequestConcurrency(3, true);
  const seen = Array.from({ length: 15 }, () => {
    concurrency.note(job);
    return concurrency.allowed();
  });
  expect(concurrency.allowed()).toBe(3);
  expect(seen[0]).toBe(1);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});

it('shrinks without jobs, and faster when the server asks for patience', () => {
  const after = (request: typeof none): number => {
    const concurrency = createRequestConcurrency(10, true);
    for (let count = 0; count < 40; count += 1) concurrency.note(job);
    concurrency.note(request);
    return concurrency.allowed();
  };
  expect(after(none)).toBe(10);
  expect(after(busy)).toBe(5);
});
