import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { deferred, type Deferred } from './deferred.ts';
import { Semaphore } from './semaphore.ts';

const { signal } = new AbortController();

it('lets in at most as many as its limit, in order of asking', async () => {
  const semaphore = new Semaphore(2);
  const entered: number[] = [];
  const gates = [0, 1, 2, 3].map((): Deferred<void> => deferred());
  const runs = gates.map((gate, index) =>
    semaphore.run(
      async () => {
        entered.push(index);
        await gate.promise;
      },
      { signal },
    ),
  );
  await setImmediate();
  expect(entered).toEqual([0, 1]);
  gates[1]?.resolve();
  await setImmediate();
  expect(entered).toEqual([0, 1, 2]);
  for (const gate of gates) gate.resolve();
  await Promise.all(runs);
  expect(entered).toEqual([0, 1, 2, 3]);
});

it('gives the place back when the work fails', async () => {
  const semaphore = new Semaphore(1);
  await expect(
    semaphore.run(() => Promise.reject(new Error('broken')), { signal }),
  ).rejects.toThrow('broken');
  await expect(semaphore.run(async () => 'next', { signal })).resolves.toBe('next');
});

it('counts a release once, however often it is called', async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire({ signal });
  release();
  release();
  await semaphore.acquire({ signal });
  const waiting = new AbortController();
  const third = semaphore.acquire({ signal: waiting.signal }).catch((reason: unknown) => reason);
  waiting.abort('still full');
  expect(await third).toBe('still full');
});

it('skips whoever stopped waiting and leaves no listener', async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire({ signal });
  const impatient = new AbortController();
  const patient = new AbortController();
  const left = semaphore.acquire({ signal: impatient.signal }).catch((reason: unknown) => reason);
  const stayed = semaphore.acquire({ signal: patient.signal });
  impatient.abort('gone');
  expect(await left).toBe('gone');
  release();
  await stayed;
  expect(getEventListeners(patient.signal, 'abort')).toEqual([]);
});

it.each([0, -1, 1.5, Number.NaN])('refuses %s as a limit', (limit) => {
  expect(() => new Semaphore(limit)).toThrow('positive integer');
});
