import { expect, it } from 'vitest';
import { createAsyncQueue } from './async-queue.ts';

/** Whether a promise has settled by the time all microtasks ran. */
async function settled(promise: Promise<unknown> | undefined): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

it('hands over everything in order, then ends', async () => {
  const queue = createAsyncQueue<number>({ limit: 10 });
  for (const item of [1, 2, 3]) expect(queue.push(item)).toBeUndefined();
  queue.end();
  const received: number[] = [];
  for await (const item of queue) received.push(item);
  expect(received).toEqual([1, 2, 3]);
});

it('makes the producer wait while it is full', async () => {
  const queue = createAsyncQueue<string>({ limit: 2 });
  const reader = queue[Symbol.asyncIterator]();
  void queue.push('a');
  void queue.push('b');
  const [third, fourth] = [queue.push('c'), queue.push('d')];
  expect(await settled(third)).toBe(false);
  expect(await reader.next()).toEqual({ done: false, value: 'a' });
  expect([await settled(third), await settled(fourth)]).toEqual([true, false]);
  await reader.next();
  expect(await settled(fourth)).toBe(true);
});

it('never holds more than the limit and one item for each waiting producer', async () => {
  const queue = createAsyncQueue<number>({ limit: 3 });
  let ahead = 0;
  let most = 0;
  const produce = async (): Promise<void> => {
    for (let item = 0; item < 200; item += 1) {
      ahead += 1;
      most = Math.max(most, ahead);
      await queue.push(item);
    }
    queue.end();
  };
  const producing = produce();
  const received: number[] = [];
  for await (const item of queue) {
    ahead -= 1;
    received.push(item);
  }
  await producing;
  expect(received).toEqual(Array.from({ length: 200 }, (_, item) => item));
  expect(most).toBeLessThanOrEqual(3 + 1 + 1);
});

it('gives a waiting consumer the next item at once', async () => {
  const queue = createAsyncQueue<number>({ limit: 1 });
  const reader = queue[Symbol.asyncIterator]();
  const [first, second] = [reader.next(), reader.next()];
  void queue.push(1);
  queue.end();
  expect(await Promise.all([first, second])).toEqual([
    { done: false, value: 1 },
    { done: true, value: undefined },
  ]);
});

it('hands over what was pushed before a failure, then the failure', async () => {
  const queue = createAsyncQueue<number>({ limit: 1 });
  void queue.push(1);
  void queue.push(2);
  queue.fail(new Error('connection lost'));
  queue.fail(new Error('later'));
  queue.end();
  expect(queue.push(3)).toBeUndefined();
  const received: number[] = [];
  const reading = async (): Promise<void> => {
    for await (const item of queue) received.push(item);
  };
  await expect(reading()).rejects.toThrow('connection lost');
  expect(received).toEqual([1, 2]);
});

it('releases producers when the consumer stops reading', async () => {
  const queue = createAsyncQueue<number>({ limit: 1 });
  void queue.push(1);
  void queue.push(2);
  const waiting = queue.push(3);
  for await (const item of queue) if (item === 1) break;
  expect(await settled(waiting)).toBe(true);
  expect(queue.push(4)).toBeUndefined();
});

it('refuses a second consumer and a push after the end', () => {
  const queue = createAsyncQueue<number>({ limit: 1 });
  queue[Symbol.asyncIterator]();
  expect(() => queue[Symbol.asyncIterator]()).toThrow('one consumer');
  queue.end();
  expect(() => queue.push(1)).toThrow('push after end');
});
