import { expect, it } from 'vitest';
import { raceSignal } from './race-signal.ts';

it('is the promise’s own end while nothing aborts', async () => {
  const { signal } = new AbortController();
  expect(await raceSignal(Promise.resolve('done'), signal)).toBe('done');
  await expect(raceSignal(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
});

it.each(['before', 'meanwhile'])(
  'ends with the signal’s reason when it aborts %s',
  async (when) => {
    const controller = new AbortController();
    if (when === 'before') controller.abort(new Error('over'));
    const racing = raceSignal(new Promise(() => undefined), controller.signal);
    if (when === 'meanwhile') controller.abort(new Error('over'));
    await expect(racing).rejects.toThrow('over');
  },
);
