import { createFakeClock } from '@millrace/async';
import { records, text } from '../store/json.ts';
import { expect, it } from 'vitest';
import { leaseType, nodeType } from '../store/resource-types.ts';
import { createStore } from '../store/store.ts';
import { registerNode } from './node-object.ts';

it('tells what a node is, and keeps its lease fresh until it is stopped', async () => {
  const clock = createFakeClock(Date.parse('2026-01-02T03:04:05Z'));
  const store = createStore({ clock });
  const stop = registerNode(store, clock, 'n', '10.0.0.1');
  const node = store.get({ type: nodeType, namespace: '', name: 'n' });
  expect(records(node, 'status', 'addresses')).toEqual([
    { type: 'InternalIP', address: '10.0.0.1' },
    { type: 'Hostname', address: 'n' },
  ]);
  expect(records(node, 'status', 'conditions').map(({ type, status }) => [type, status])).toEqual([
    ['MemoryPressure', 'False'],
    ['DiskPressure', 'False'],
    ['PIDPressure', 'False'],
    ['Ready', 'True'],
  ]);
  expect(text(node, 'status', 'nodeInfo', 'kubeletVersion')).toMatch(/^v1\.\d+\./u);
  const renewed = (): string =>
    text(
      store.get({ type: leaseType, namespace: 'kube-node-lease', name: 'n' }),
      'spec',
      'renewTime',
    );
  expect(renewed()).toBe('2026-01-02T03:04:05.000000Z');
  await clock.advance(20_000);
  expect(renewed()).toBe('2026-01-02T03:04:25.000000Z');
  stop();
  await clock.advance(60_000);
  expect(renewed()).toBe('2026-01-02T03:04:25.000000Z');
});
