import { expect, it } from 'vitest';
import { newSeed, stageNonce } from './stage-nonce.ts';

const stage = { unit: 'job', attempt: 1, name: 'step_script' };

it('the same stage has the same nonce in every process, of characters the pod takes', () => {
  expect(stageNonce('seed', stage)).toBe(stageNonce('seed', { ...stage }));
  expect(stageNonce('seed', stage)).toMatch(/^[a-z0-9]{32}$/);
});

it.each([
  ['another unit', { ...stage, unit: 'other' }],
  ['a later attempt', { ...stage, attempt: 2 }],
  ['another stage', { ...stage, name: 'after_script' }],
])('%s has another one', (_what, other) => {
  expect(stageNonce('seed', other)).not.toBe(stageNonce('seed', stage));
});

it('two jobs have nothing in common', () => {
  const [one, two] = [newSeed(), newSeed()];
  expect(one).toMatch(/^[0-9a-f]{32}$/);
  expect(stageNonce(one, stage)).not.toBe(stageNonce(two, stage));
});
