import type { Outcome, Unit } from '@millrace/core';
import { expect, it } from 'vitest';
import { jobOutcome, scheduleUnits, type UnitState } from './schedule-units.ts';

const unit = (id: string, fields: Partial<Unit> = {}): Unit => ({
  id,
  title: id,
  after: [],
  on: 'success',
  background: false,
  countsAsFailure: true,
  recreate: { when: 'never' },
  startTimeoutSeconds: 60,
  podName: id,
  containers: [],
  work: { kind: 'container', container: id },
  ...fields,
});
const success: Outcome = { kind: 'success' };
const failure: Outcome = {
  kind: 'failure',
  reason: 'script_failed',
  message: 'exit 1',
  exitCode: 1,
};
const ended = (outcome: Outcome): UnitState => ({ phase: 'ended', outcome });
const running: UnitState = { phase: 'running' };
const ready: UnitState = { phase: 'ready' };
const neverRan: UnitState = { phase: 'ended', outcome: failure, neverRan: true };
const states = (entries: Readonly<Record<string, UnitState>>): ReadonlyMap<string, UnitState> =>
  new Map(Object.entries(entries));

it.each<
  [
    string,
    readonly Unit[],
    Readonly<Record<string, UnitState>>,
    boolean,
    ReturnType<typeof scheduleUnits>,
  ]
>([
  [
    'units without predecessors start together',
    [unit('a'), unit('b')],
    {},
    false,
    { start: ['a', 'b'], skip: [], cancel: [], stop: [], done: false },
  ],
  [
    'a unit waits for those before it',
    [unit('a'), unit('b', { after: ['a'] })],
    { a: running },
    false,
    { start: [], skip: [], cancel: [], stop: [], done: false },
  ],
  [
    'a unit after a failure is skipped',
    [unit('a'), unit('b', { after: ['a'] })],
    { a: ended(failure) },
    false,
    { start: [], skip: ['b'], cancel: [], stop: [], done: true },
  ],
  [
    'a unit for failures starts after one',
    [unit('a'), unit('b', { after: ['a'], on: 'failure' })],
    { a: ended(failure) },
    false,
    { start: ['b'], skip: [], cancel: [], stop: [], done: false },
  ],
  [
    'a failure that does not count changes nothing',
    [unit('a', { countsAsFailure: false }), unit('b', { after: ['a'] })],
    { a: ended(failure) },
    false,
    { start: ['b'], skip: [], cancel: [], stop: [], done: false },
  ],
  [
    'a background unit is awaited until it is ready',
    [unit('db', { background: true }), unit('a', { after: ['db'] })],
    { db: running },
    false,
    { start: [], skip: [], cancel: [], stop: [], done: false },
  ],
  [
    'a ready background unit does not hold others up',
    [unit('db', { background: true }), unit('a', { after: ['db'] })],
    { db: ready },
    false,
    { start: ['a'], skip: [], cancel: [], stop: [], done: false },
  ],
  [
    'a ready unit that is no background one is awaited to its end',
    [unit('a'), unit('b', { after: ['a'] })],
    { a: ready },
    false,
    { start: [], skip: [], cancel: [], stop: [], done: false },
  ],
  [
    'a unit that is never wanted is skipped',
    [unit('a', { on: 'never' })],
    {},
    false,
    { start: [], skip: ['a'], cancel: [], stop: [], done: true },
  ],
  [
    'a unit that had to start and did not fails the job for those after it',
    [
      unit('db', { background: true, countsAsFailure: false, mustStart: true }),
      unit('a', { after: ['db'] }),
    ],
    { db: neverRan },
    false,
    { start: [], skip: ['a'], cancel: [], stop: [], done: true },
  ],
  [
    'a unit that had to start, did, and failed changes nothing',
    [
      unit('db', { background: true, countsAsFailure: false, mustStart: true }),
      unit('a', { after: ['db'] }),
    ],
    { db: ended(failure) },
    false,
    { start: ['a'], skip: [], cancel: [], stop: [], done: false },
  ],
  [
    'a failure beside a unit that runs does not stop it',
    [unit('a'), unit('b'), unit('c', { after: ['a', 'b'] })],
    { a: ended(failure), b: running },
    false,
    { start: [], skip: [], cancel: [], stop: [], done: false },
  ],
  [
    'background units are stopped when all others have ended',
    [unit('db', { background: true }), unit('a')],
    { db: ready, a: ended(success) },
    false,
    { start: [], skip: [], cancel: [], stop: ['db'], done: false },
  ],
  [
    'after a cancel nothing is started, not even what always runs',
    [unit('a'), unit('b', { after: ['a'] }), unit('c', { after: ['a'], on: 'always' })],
    { a: ended({ kind: 'canceled', message: '' }) },
    true,
    { start: [], skip: [], cancel: ['b', 'c'], stop: [], done: true },
  ],
])('%s', (_behaviour, units, given, canceled, expected) => {
  expect(scheduleUnits(units, states(given), canceled)).toEqual(expected);
});

it.each<[string, readonly Unit[], Readonly<Record<string, UnitState>>, Outcome['kind']]>([
  ['a job of successes succeeds', [unit('a')], { a: ended(success) }, 'success'],
  [
    'one failure that counts fails the job',
    [unit('a'), unit('b')],
    { a: ended(success), b: ended(failure) },
    'failure',
  ],
  [
    'a failure that does not count leaves the job green',
    [unit('a', { countsAsFailure: false })],
    { a: ended(failure) },
    'success',
  ],
  [
    'a unit that had to start and did not fails the job',
    [unit('a', { countsAsFailure: false, mustStart: true })],
    { a: neverRan },
    'failure',
  ],
  [
    'a unit that was canceled has not done its work, even if its failure would not count',
    [unit('a', { countsAsFailure: false })],
    { a: ended({ kind: 'canceled', message: '' }) },
    'canceled',
  ],
  [
    'a failure weighs more than a cancel',
    [unit('a'), unit('b')],
    { a: ended({ kind: 'canceled', message: '' }), b: ended(failure) },
    'failure',
  ],
])('%s', (_behaviour, units, given, expected) => {
  expect(jobOutcome(units, states(given)).kind).toBe(expected);
});
