import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { createFakeClock } from './fake-clock.ts';
import { withDeadline } from './with-deadline.ts';

const never = (): Promise<never> => new Promise(() => {});

it('returns what the work returns and leaves no timer and no listener', async () => {
  const clock = createFakeClock();
  const { signal } = new AbortController();
  await expect(withDeadline(clock, 100, signal, async () => 'done')).resolves.toBe('done');
  expect([clock.pending(), getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
});

it('passes the error of the work on', async () => {
  const failing = withDeadline(createFakeClock(), 100, new AbortController().signal, () =>
    Promise.reject(new Error('broken')),
  );
  await expect(failing).rejects.toThrow('broken');
});

it('rejects with a timeout and aborts the work, even when the work does not react', async () => {
  const clock = createFakeClock();
  let seen: AbortSignal | undefined;
  const running = withDeadline(clock, 100, new AbortController().signal, (signal) => {
    seen = signal;
    return never();
  });
  const outcome = running.catch((reason: unknown) => reason);
  await clock.advance(99);
  expect(seen?.aborted).toBe(false);
  await clock.advance(1);
  expect(await outcome).toMatchObject({
    code: 'MILLRACE_E_DEADLINE',
    kind: 'timeout',
    details: { milliseconds: 100 },
  });
  expect(seen?.aborted).toBe(true);
});

it('rejects with the reason of the outer signal', async () => {
  const outer = new AbortController();
  const clock = createFakeClock();
  const running = withDeadline(clock, 100, outer.signal, never);
  const outcome = running.catch((reason: unknown) => reason);
  outer.abort('canceled');
  expect(await outcome).toBe('canceled');
  expect(clock.pending()).toBe(0);
});

it('does not start the work when the outer signal is already aborted', async () => {
  let started = false;
  const work = async (): Promise<void> => void (started = true);
  await expect(withDeadline(createFakeClock(), 100, AbortSignal.abort('early'), work)).rejects.toBe(
    'early',
  );
  expect(started).toBe(false);
});
