import { expect, it } from 'vitest';
import { createOffsetTracker } from './offset-tracker.ts';

it('counts what is delivered and drops what was delivered before', () => {
  const tracker = createOffsetTracker(10);
  const accept = (offset: number, text: string): string =>
    Buffer.from(tracker.accept(offset, Buffer.from(text))).toString();
  expect(accept(10, 'abc')).toBe('abc');
  expect(accept(8, 'xxabcde')).toBe('de');
  expect(accept(0, 'abc')).toBe('');
  expect(tracker.position()).toBe(15);
});

it('finds out bytes that were never seen', () => {
  const tracker = createOffsetTracker(10);
  expect(() => tracker.accept(11, Buffer.from('a'))).toThrow(
    expect.objectContaining({ code: 'MILLRACE_E_LOG_GAP', details: { position: 10, offset: 11 } }),
  );
});
