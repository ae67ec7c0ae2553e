import { createFakeClock } from '@millrace/async';
import { expect, it } from 'vitest';
import { createLateEnds } from './late-ends.ts';

it('what could not be told is told again every five seconds until it is', async () => {
  const clock = createFakeClock();
  const late = createLateEnds({ clock, signal: new AbortController().signal });
  const told: number[] = [];
  late.add(() => {
    told.push(clock.now());
    return Promise.resolve(told.length === 3);
  });
  await clock.advance(60_000);
  expect(told).toEqual([5_000, 10_000, 15_000]);
  await late.settled();
});

it('ends with the agent, and begins nothing after it', async () => {
  const clock = createFakeClock();
  const agent = new AbortController();
  const late = createLateEnds({ clock, signal: agent.signal });
  let told = 0;
  const tell = (): Promise<boolean> => {
    told += 1;
    return Promise.resolve(false);
  };
  late.add(tell);
  await clock.advance(5_000);
  agent.abort();
  late.add(tell);
  await late.settled();
  await clock.advance(60_000);
  expect(told).toBe(1);
});
