import { expect, it } from 'vitest';
import { seededRandom, systemRandom } from './random.ts';

it('gives the same names for the same seed, in order', () => {
  const [left, right] = [seededRandom(7), seededRandom('7')];
  const names = [left.name(8), left.name(8)];
  expect([right.name(8), right.name(8)]).toEqual(names);
  expect(new Set(names).size).toBe(2);
});

it('keeps the names of a seed from version to version', () => {
  expect(seededRandom(1).name(16)).toBe('3e30u6iuowhkr44n');
  expect(seededRandom('job').name(8)).toBe('8v2f2tmm');
});

it('gives other names for other seeds', () => {
  expect(new Set(Array.from({ length: 500 }, (_, seed) => seededRandom(seed).name(8))).size).toBe(
    500,
  );
});

it.each([
  ['seeded', seededRandom('x')],
  ['system', systemRandom()],
])('uses every letter and digit and nothing else (%s)', (_source, random) => {
  const name = random.name(4000);
  expect(name).toMatch(/^[a-z0-9]{4000}$/u);
  expect(new Set(name).size).toBe(36);
});
