import type { AccessQuestion, ClusterFacts, Plan } from '@millrace/core';
import { expect, it } from 'vitest';
import { createKnownFacts } from './known-facts.ts';

const { signal } = new AbortController();
const question = (verb: string): AccessQuestion => ({
  verb,
  group: '',
  resource: 'pods',
  namespace: 'ci',
});

function cluster(may: (verb: string) => Promise<boolean>) {
  const asked: string[] = [];
  const known = createKnownFacts({
    version: () => {
      asked.push('version');
      return Promise.resolve({ major: '1', minor: '36', gitVersion: 'v1.36.3' });
    },
    can: ({ verb }) => {
      asked.push(verb);
      return may(verb);
    },
  });
  const plan = async (make: (facts: ClusterFacts) => unknown): Promise<unknown> =>
    known.plan((facts) => make(facts) as Plan, { signal });
  return { asked, plan };
}

it('a plan that asks for a right is made again with the answer, which is kept', async () => {
  const { asked, plan } = cluster((verb) => Promise.resolve(verb !== 'watch'));
  const make = ({ version, allows }: ClusterFacts) => [
    version.gitVersion,
    allows(question('watch')),
    allows(question('list')),
  ];
  expect(await plan(make)).toEqual(['v1.36.3', false, true]);
  expect(await plan(make)).toEqual(['v1.36.3', false, true]);
  expect(asked).toEqual(['version', 'watch', 'list']);
});

it('an answer may lead to another question', async () => {
  const { asked, plan } = cluster((verb) => Promise.resolve(verb !== 'watch'));
  expect(
    await plan(({ allows }) => (allows(question('watch')) ? 'watch' : allows(question('get')))),
  ).toBe(true);
  expect(asked).toEqual(['version', 'watch', 'get']);
});

it('a server that does not answer such questions is taken to allow it', async () => {
  const { plan } = cluster(() => Promise.reject(new Error('no such API')));
  expect(await plan(({ allows }) => allows(question('watch')))).toBe(true);
});

it('a cluster that cannot be reached is asked again by the next plan', async () => {
  let isUp = false;
  const known = createKnownFacts({
    version: () =>
      isUp
        ? Promise.resolve({ major: '1', minor: '36', gitVersion: 'v1.36.3' })
        : Promise.reject(new Error('unreachable')),
    can: () => Promise.resolve(true),
  });
  const make = () => ({}) as Plan;
  await expect(known.plan(make, { signal })).rejects.toThrow('unreachable');
  isUp = true;
  expect(await known.plan(make, { signal })).toEqual({});
});
