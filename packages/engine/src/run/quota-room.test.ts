import { expect, it } from 'vitest';
import { mayHaveRoomLater } from './quota-room.ts';

const refused = (words: string): string => `pods "p" is forbidden: ${words} (403 Forbidden)`;

it.each<[string, string, boolean]>([
  [
    'what other pods use may become free',
    'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    true,
  ],
  [
    'more than the quota has in all never fits',
    'exceeded quota: q, requested: limits.memory=2Gi, used: limits.memory=0, limited: limits.memory=100Mi',
    false,
  ],
  [
    'one resource of several is enough for that',
    'exceeded quota: q, requested: limits.cpu=500m,pods=1, used: limits.cpu=1,pods=2, limited: limits.cpu=400m,pods=2',
    false,
  ],
  [
    'amounts are compared, not their spelling',
    'exceeded quota: q, requested: cpu=1000m, used: cpu=1, limited: cpu=1',
    true,
  ],
  [
    'what the pod leaves out is not added by waiting',
    'failed quota: q: must specify limits.memory for: build',
    false,
  ],
  [
    'numbers that nobody can read are waited for',
    'exceeded quota: q, requested: pods=many, used: pods=1, limited: pods=1',
    true,
  ],
])('%s', (_behaviour, words, expected) => {
  expect(mayHaveRoomLater(refused(words))).toBe(expected);
});
