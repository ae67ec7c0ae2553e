import { createToken } from '@millrace/core';
import { expect, it } from 'vitest';
import { Scope } from './scope.ts';

const number = createToken<number>('test/number', 'generation');
const twice = createToken<number>('test/twice', 'job');

it('a longer life’s service is made once, however many shorter lives ask for it', () => {
  const generation = Scope.process().child('generation');
  let made = 0;
  generation.recipe({ token: number, plugin: 'a', needs: {}, make: () => (made += 1) });
  expect([1, 2].map(() => generation.child('job').resolve(number))).toEqual([1, 1]);
  expect(made).toBe(1);
});

it('a job’s service is made for each job, from what longer lives offer', () => {
  const generation = Scope.process().child('generation');
  generation.value(number, 2);
  const job = generation.child('job');
  job.recipe({
    token: twice,
    plugin: 'a',
    needs: { number },
    make: (needs) => Number(needs['number']) * 2,
  });
  expect(job.resolve(twice)).toBe(4);
  expect(generation.has(twice)).toBe(false);
});

it('a service that cannot be made is named with its plugin', () => {
  const scope = Scope.process();
  scope.recipe({
    token: number,
    plugin: 'acme',
    needs: {},
    make: () => {
      throw new Error('no database');
    },
  });
  expect(() => scope.resolve(number)).toThrow(
    'plugin acme failed to make the service test/number: no database',
  );
});

it('what nobody offers is named', () => {
  expect(() => Scope.process().resolve(number)).toThrow('nobody offers the service test/number');
});

it('disposers run last added first, each though others fail, once, and failures are told together', async () => {
  const scope = Scope.process();
  const order: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    scope.onDispose(() => {
      order.push(name);
      return name === 'b' ? Promise.reject(new Error('stuck')) : Promise.resolve();
    });
  }
  const failure = await scope.dispose().catch((thrown: unknown) => thrown);
  expect(order).toEqual(['c', 'b', 'a']);
  expect(failure).toMatchObject({ errors: [expect.objectContaining({ message: 'stuck' })] });
  await scope.dispose();
  expect(order).toHaveLength(3);
});
