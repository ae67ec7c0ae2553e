import { createFakeClock } from '@millrace/async';
import { RunnerError, type KubeObject, type RunEvent, type Unit } from '@millrace/core';
import { expect, it } from 'vitest';
import { createWhenRoom } from './create-when-room.ts';
import { defaultLimits, type UnitPorts } from './unit-ports.ts';

const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } };
const refusal = (message: string): RunnerError =>
  new RunnerError(message, {
    code: 'MILLRACE_E_TEST',
    kind: 'system',
    reason: 'api_forbidden',
  });
const noAccount = refusal(
  'pods "p" is forbidden: error looking up service account n/default: serviceaccount "default" not found',
);

/** Refuses so many times; what came of it, how often it was asked, and how long it took. */
async function create(times: number, failure: RunnerError) {
  const clock = createFakeClock();
  let calls = 0;
  const events: RunEvent[] = [];
  const never = new AbortController().signal;
  const ports = {
    clock,
    limits: defaultLimits,
    plan: { job: { namespace: 'n' } },
    stop: never,
    cancel: never,
    emit: async (event: RunEvent) => void events.push(event),
  } as unknown as UnitPorts;
  const unit = { id: 'a' } as Unit;
  const made = createWhenRoom(ports, { unit, podName: 'p' }, () => {
    calls += 1;
    return calls > times ? Promise.resolve(pod) : Promise.reject(failure);
  }).catch((thrown: unknown) => thrown);
  for (let step = 0; step < 40; step += 1) await clock.advance(500);
  return { made: await made, calls, events };
}

it('waits a moment for the default service account of a new namespace', async () => {
  expect(await create(3, noAccount)).toMatchObject({ made: pod, calls: 4, events: [] });
});

it('but not for ever', async () => {
  const { made, calls } = await create(1_000, noAccount);
  expect(made).toBe(noAccount);
  expect(calls).toBe(21);
});

it('an account that was asked for by name is not waited for', async () => {
  const failure = refusal(
    'pods "p" is forbidden: error looking up service account n/mine: serviceaccount "mine" not found',
  );
  expect(await create(1, failure)).toMatchObject({ made: failure, calls: 1 });
});
