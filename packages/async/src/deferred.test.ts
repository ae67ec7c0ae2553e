import { expect, it } from 'vitest';
import { deferred } from './deferred.ts';

it('counts only the first settlement', async () => {
  const result = deferred<number>();
  result.resolve(1);
  result.reject(new Error('too late'));
  await expect(result.promise).resolves.toBe(1);
});
