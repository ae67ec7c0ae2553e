import { createFakeClock, deferred, type Deferred } from '@millrace/async';
import type { Logger } from '@millrace/core';
import { silentLogger } from '@millrace/testkit';
import { expect, it } from 'vitest';
import {
  begin,
  call,
  exit,
  introduce,
  labels,
  openAgentRoom,
  over,
  payload,
  start,
} from '../testing/agent.test.helper.ts';

const halfHour = 30 * 60_000;

it('one renewal of the token serves all calls that were refused for it', async () => {
  const room = await openAgentRoom();
  const { server, agent, count } = room;
  await begin(room);
  const held = server.faults.add({ call: 'Extend' }, { kind: 'hold' });
  const calls = [1, 2, 3].map(() => agent.extend('42', call));
  await server.until(() => held.hits() === 3);
  server.revokeTokens();
  held.remove();
  await Promise.all(calls);
  expect([count('Auth'), count('Extend')]).toEqual([2, 6]);
  expect(server.violations()).toEqual([]);
});

it('a call that is given up takes no renewal from the others', async () => {
  const room = await openAgentRoom();
  const { server, agent, count } = room;
  await begin(room);
  const held = server.faults.add({ call: 'Extend' }, { kind: 'hold' });
  const slow = server.faults.add({ call: 'Auth' }, { kind: 'hold' });
  const given = new AbortController();
  const first = agent.extend('42', { signal: given.signal }).catch((error: unknown) => error);
  const second = agent.extend('42', call);
  await server.until(() => held.hits() === 2);
  server.revokeTokens();
  held.remove();
  await server.until(() => slow.hits() === 1);
  given.abort(new Error('the workflow is over'));
  expect(await first).toEqual(new Error('the workflow is over'));
  slow.remove();
  await second;
  expect(count('Auth')).toBe(2);
});

it('has one renewal every half hour, however often it showed its secret', async () => {
  const clock = createFakeClock();
  const { server, agent, count } = await openAgentRoom({}, { clock });
  await agent.authenticate(call);
  await agent.authenticate(call);
  await clock.advance(halfHour);
  await server.until(() => count('Auth') === 3);
  await agent.version(call);
  expect(count('Auth')).toBe(3);
});

it('renews its token every half hour, and every second after a failure', async () => {
  const clock = createFakeClock();
  const warned: Deferred<void> = deferred();
  const logger: Logger = { ...silentLogger, warn: () => warned.resolve() };
  const { server, agent, count } = await openAgentRoom({}, { clock, logger });
  const ended = (): number =>
    server.calls().filter(({ name, outcome }) => name === 'Auth' && outcome !== undefined).length;
  await introduce(agent);
  await clock.advance(halfHour - 1);
  expect(count('Auth')).toBe(1);
  server.fail({ call: 'Auth', code: 14, message: 'not now' });
  await clock.advance(1);
  await warned.promise;
  await clock.advance(1_000);
  await server.until(() => ended() === 3);
  expect(server.calls().filter(({ name }) => name === 'Auth')).toMatchObject([
    { outcome: 'OK' },
    { outcome: 'UNAVAILABLE' },
    { outcome: 'OK' },
  ]);
});

it('makes a call again until the server has recovered', async () => {
  const room = await openAgentRoom();
  const { server, agent, count } = room;
  await begin(room);
  server.fail({ call: 'Extend', code: 14, message: 'not now', times: 3 });
  await agent.extend('42', call);
  expect(count('Extend')).toBe(4);
});

it.each([
  ['INTERNAL', 13],
  ['PERMISSION_DENIED', 7],
  ['FAILED_PRECONDITION', 9],
  ['CANCELLED', 1],
] as const)('takes %s for the last word', async (status, code) => {
  const room = await openAgentRoom();
  const { server, agent, count } = room;
  await begin(room);
  server.fail({ call: 'Extend', code, message: 'never' });
  await expect(agent.extend('42', call)).rejects.toMatchObject({
    code: 'MILLRACE_E_WOODPECKER_CALL',
    details: { status, message: 'never' },
  });
  expect(count('Extend')).toBe(1);
});

it('tells again what it has no answer to, and the server keeps the first', async () => {
  const room = await openAgentRoom();
  const { server, agent } = room;
  await begin(room);
  for (const name of ['Update', 'Log'] as const)
    server.faults.add({ call: name }, { kind: 'lose-answer' }, { times: 1 });
  await agent.update('42', start, call);
  await agent.log([{ stepUuid: 'U1', time: 0, line: 0, data: Buffer.from('hi') }], call);
  await agent.update('42', exit, call);
  await agent.done('42', over, call);
  expect(server.workflow('42')).toMatchObject({ status: 'success' });
  expect(server.logOf('42', 'build')).toEqual(['hi']);
  expect(server.repeatedLines()).toBe(1);
  expect(server.violations()).toEqual([]);
});

it('goes on where it was when the server has come back', async () => {
  const { server, agent } = await openAgentRoom();
  await introduce(agent);
  const asked = agent.next(labels, call);
  await server.whenPolled();
  const comeBack = await server.faults.refuseConnections();
  await server.until(() => server.heldPolls() === 0);
  await comeBack();
  server.addWorkflow({ id: '42', payload });
  expect(await asked).toMatchObject({ id: '42' });
  expect(server.violations()).toEqual([]);
});

it('gives the server up that stays away for the time of a call', async () => {
  const clock = createFakeClock();
  const { server, agent } = await openAgentRoom({}, { clock });
  await introduce(agent);
  const comeBack = await server.faults.refuseConnections();
  let outcome: unknown;
  const asked = agent.next(labels, call).catch((error: unknown) => {
    outcome = error;
  });
  // A connection is refused in real time; the waits between two attempts are those of the clock.
  while (outcome === undefined) await clock.advance(1_000);
  await asked;
  expect(outcome).toMatchObject({
    code: 'MILLRACE_E_WOODPECKER_LOST',
    message: 'connection to server lost',
  });
  expect(clock.monotonic()).toBeGreaterThan(100_000);
  await comeBack();
});
