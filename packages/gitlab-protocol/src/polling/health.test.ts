import { describe, expect, it } from 'vitest';
import { createHealth } from './health.ts';

function health(limits = { unhealthyRequests: 3, unhealthyInterval: 60_000 }) {
  let now = 0;
  const made = createHealth(limits, { monotonic: () => now });
  return { ...made, pass: (milliseconds: number) => void (now += milliseconds) };
}

describe('a runner', () => {
  it('is disabled by three refusals in a row', () => {
    const { unhealthy, verdict } = health();
    expect([unhealthy(), unhealthy(), unhealthy()]).toEqual([false, false, true]);
    expect(verdict()).toEqual({ may: 'wait' });
  });

  it('is asked for again after a good answer', () => {
    const { unhealthy, healthy, verdict } = health();
    unhealthy();
    unhealthy();
    healthy();
    expect(unhealthy()).toBe(false);
    expect(verdict()).toEqual({ may: 'ask' });
  });

  it('is forced to ask once after the interval, and starts anew then', () => {
    const { unhealthy, verdict, pass } = health();
    for (let refusal = 0; refusal < 3; refusal += 1) unhealthy();
    pass(60_000);
    expect(verdict()).toEqual({ may: 'wait' });
    pass(1);
    expect(verdict()).toEqual({ may: 'be forced' });
    expect(verdict()).toEqual({ may: 'ask' });
  });

  it('does not wait longer because refusals go on', () => {
    const { unhealthy, verdict, pass } = health();
    for (let refusal = 0; refusal < 5; refusal += 1) {
      pass(15_000);
      unhealthy();
    }
    expect(verdict()).toEqual({ may: 'be forced' });
  });
});
