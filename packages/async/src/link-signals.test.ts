import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { linkSignals } from './link-signals.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

it('aborts with the reason of the source that aborts first', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const { signal } = linkSignals(first.signal, second.signal);
  second.abort('second');
  first.abort('first');
  expect(signal.reason).toBe('second');
});

it('is aborted from the start when a source already is', () => {
  const open = new AbortController();
  const { signal } = linkSignals(open.signal, AbortSignal.abort('before'));
  expect(signal.reason).toBe('before');
  expect(listeners(open.signal)).toBe(0);
});

it('lets go of all sources when one aborts', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  linkSignals(first.signal, second.signal);
  first.abort();
  expect([listeners(first.signal), listeners(second.signal)]).toEqual([0, 0]);
});

it('aborts alone without touching its sources', () => {
  const source = new AbortController();
  const linked = linkSignals(source.signal);
  linked.abort('mine');
  expect([linked.signal.reason, source.signal.aborted, listeners(source.signal)]).toEqual([
    'mine',
    false,
    0,
  ]);
});

it('follows nothing any more once disposed', () => {
  const source = new AbortController();
  const linked = linkSignals(source.signal);
  linked.dispose();
  linked.dispose();
  source.abort();
  expect(linked.signal.aborted).toBe(false);
});

it('leaves no listener behind after ten thousand links on one signal', () => {
  const source = new AbortController();
  const links = Array.from({ length: 10_000 }, () => linkSignals(source.signal, source.signal));
  expect(listeners(source.signal)).toBe(10_000);
  for (const link of links) link.dispose();
  expect(listeners(source.signal)).toBe(0);
});
