import { describe, expect, it } from 'vitest';
import { eventKey } from './event-key.ts';
import type { RunEvent } from './run-events.ts';
import { nothingTaken, takenAfter, takenOffset } from './taken.ts';
import type { Stage, Unit } from './units.ts';

const unit: Unit = {
  id: 'job',
  title: 'job',
  after: [],
  on: 'success',
  background: false,
  countsAsFailure: true,
  recreate: { when: 'never' },
  startTimeoutSeconds: 1,
  podName: 'pod',
  containers: [],
  work: { kind: 'container', container: 'step' },
};
const stage: Stage = {
  name: 'script',
  title: 'script',
  container: 'build',
  on: 'success',
  userCode: true,
  countsAsFailure: true,
  afterCancel: false,
  action: { do: 'script', script: '' },
};
const bytes = new TextEncoder().encode('hello\n');
const started = (attempt: number): RunEvent => ({
  type: 'stage-started',
  unit,
  attempt,
  stage,
  at: Date.now(),
});
const output = (attempt: number, offset: number | undefined): RunEvent => ({
  type: 'output',
  unit,
  attempt,
  stage,
  bytes,
  offset,
});

describe('the key of an event', () => {
  it('does not depend on when it is told, but on the attempt', () => {
    expect(eventKey(started(1))).toBe(eventKey({ ...started(1) }));
    expect(eventKey(started(2))).not.toBe(eventKey(started(1)));
  });

  it.each<RunEvent>([{ type: 'trouble', message: 'x' }, output(1, 0)])(
    'is not there for what may come again, or has a place of its own: $type',
    (event) => {
      expect(eventKey(event)).toBeUndefined();
    },
  );

  it('tells two equal lines of a plan apart', () => {
    const line = { kind: 'say', code: 'a.b', text: 'same' } as const;
    const keys = [0, 1].map((index) => eventKey({ type: 'line', line, index }));
    expect(new Set(keys).size).toBe(2);
  });
});

describe('what is taken', () => {
  it('grows by events and by bytes', () => {
    const taken = [started(1), output(1, 0), output(1, 6), started(1)].reduce(
      takenAfter,
      nothingTaken,
    );
    expect(taken).toEqual({
      output: { job: { attempt: 1, offset: 12 } },
      events: ['stage-started/job/1/script'],
    });
    expect(takenOffset(taken, 'job', 1)).toBe(12);
  });

  it('says nothing of the log of a pod that was made again', () => {
    const taken = takenAfter(nothingTaken, output(1, 0));
    expect(takenOffset(taken, 'job', 2)).toBe(0);
    expect(takenOffset(taken, 'other', 1)).toBe(0);
  });

  it('counts what the engine says itself once, without moving the place in the log', () => {
    const taken = [output(1, 0), output(1, undefined)].reduce(takenAfter, nothingTaken);
    expect(taken.output).toEqual({ job: { attempt: 1, offset: 6 } });
    expect(taken.events).toHaveLength(1);
  });
});
