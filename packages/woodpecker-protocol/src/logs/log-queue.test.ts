import {
  createFakeClock,
  deferred,
  seededRandom,
  type Deferred,
  type FakeClock,
} from '@millrace/async';
import type { Logger } from '@millrace/core';
import { expect, it } from 'vitest';
import type { LogEntry } from '../client/server.ts';
import { createLogQueue, type LogQueue } from './log-queue.ts';

const { signal } = new AbortController();
const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};
const line = (number: number, length = 1): LogEntry => ({
  stepUuid: 'A',
  time: 0,
  line: number,
  data: new Uint8Array(length),
});

interface Room {
  readonly clock: FakeClock;
  readonly queue: LogQueue;
  /** Numbers of lines, by batch. */
  readonly batches: number[][];
}

function room(
  capacity = 100,
  answer: (batch: number) => Promise<void> = async () => undefined,
): Room {
  const clock = createFakeClock();
  const batches: number[][] = [];
  const queue = createLogQueue({
    clock,
    logger: quiet,
    capacity,
    send: (entries) => {
      batches.push(entries.map((entry) => entry.line));
      return answer(batches.length - 1);
    },
  });
  return { clock, queue, batches };
}

it('sends what came within a second together', async () => {
  const { clock, queue, batches } = room();
  await queue.add(line(0), { signal });
  await clock.advance(600);
  await queue.add(line(1), { signal });
  await clock.advance(300);
  expect(batches).toEqual([]);
  await clock.advance(200);
  expect(batches).toEqual([[0, 1]]);
});

it('sends no batch before what the server has of the one before is noted', async () => {
  const clock = createFakeClock();
  const course: string[] = [];
  const noted: Deferred<void> = deferred();
  const queue = createLogQueue({
    clock,
    logger: quiet,
    capacity: 100,
    send: (entries) => {
      course.push(`sent ${entries.map((entry) => entry.line).join(' ')}`);
      return Promise.resolve();
    },
    sent: (entries) => {
      course.push(`has ${entries.map((entry) => entry.line).join(' ')}`);
      return noted.promise;
    },
  });
  await queue.add(line(0), { signal });
  await clock.advance(1_000);
  await queue.add(line(1), { signal });
  await clock.advance(5_000);
  expect(course).toEqual(['sent 0', 'has 0']);
  noted.resolve();
  await clock.advance(1_000);
  expect(course).toEqual(['sent 0', 'has 0', 'sent 1', 'has 1']);
});

it('a trickle of lines does not hold the first ones back', async () => {
  const { clock, queue, batches } = room();
  for (let number = 0; number < 10; number += 1) {
    await queue.add(line(number), { signal });
    await clock.advance(500);
  }
  expect(batches.length).toBeGreaterThanOrEqual(4);
});

it('sends a mebibyte at once, and never more than that together', async () => {
  const { clock, queue, batches } = room();
  for (let number = 0; number < 5; number += 1) await queue.add(line(number, 400_000), { signal });
  await clock.advance(0);
  expect(batches[0]).toEqual([0, 1]);
});

it('makes a reader wait while it is full', async () => {
  let answered = (): void => undefined;
  const { clock, queue } = room(2, () => new Promise((resolve) => (answered = resolve)));
  for (let number = 0; number < 3; number += 1) {
    await queue.add(line(number), { signal });
    await clock.advance(1_000);
  }
  let fourth = 'waits';
  const adding = queue.add(line(3), { signal }).then(() => (fourth = 'added'));
  await clock.advance(10_000);
  expect(fourth).toBe('waits');
  answered();
  await adding;
  expect(fourth).toBe('added');
});

it('sends the last lines when it is closed', async () => {
  const { queue, batches } = room();
  await queue.add(line(0), { signal });
  await queue.close({ signal });
  expect(batches).toEqual([[0]]);
});

it('gives up what cannot be sent, and when its end has a limit, the rest', async () => {
  const { queue, batches } = room(100, (batch) =>
    batch === 0 ? Promise.reject(new Error('refused')) : new Promise(() => undefined),
  );
  await queue.add(line(0), { signal });
  await queue.flushed({ signal });
  await queue.add(line(1), { signal });
  await queue.close({ signal: AbortSignal.timeout(20) });
  expect(batches).toEqual([[0], [1]]);
});

it('loses and repeats no line, and keeps their order, whatever the sizes and pauses', async () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const random = seededRandom(seed);
    const pick = (limit: number): number => Number.parseInt(random.name(6), 36) % limit;
    const { clock, queue, batches } = room(1 + pick(20));
    const count = 50 + pick(100);
    const adding = (async () => {
      for (let number = 0; number < count; number += 1)
        await queue.add(line(number, pick(200_000)), { signal });
      await queue.close({ signal });
    })();
    for (let over = false; !over;) {
      over = await Promise.race([
        adding.then(() => true),
        clock.advance(pick(700)).then(() => false),
      ]);
    }
    expect(batches.flat()).toEqual(Array.from({ length: count }, (_, number) => number));
  }
});

it('takes no line any more once it is closed', async () => {
  const { queue, batches } = room();
  await queue.close({ signal });
  await expect(queue.add(line(0), { signal })).rejects.toThrow('the log queue is closed');
  expect(batches).toEqual([]);
});

it('how many lines may wait does not limit what is sent together', async () => {
  const { clock, queue, batches } = room(2);
  for (let number = 0; number < 10; number += 1) {
    const adding = queue.add(line(number), { signal });
    await clock.advance(0);
    await adding;
  }
  await clock.advance(1_000);
  expect(batches).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
});
