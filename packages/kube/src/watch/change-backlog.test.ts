import { Readable } from 'node:stream';
import type { WatchChange } from '@millrace/core';
import { expect, it } from 'vitest';
import { createChangeBacklog } from './change-backlog.ts';

function change(type: WatchChange['type'], uid: string, resourceVersion: string): WatchChange {
  return { type, object: { apiVersion: 'v1', kind: 'Pod', metadata: { uid, resourceVersion } } };
}

async function merged(changes: readonly WatchChange[]): Promise<string[]> {
  const backlog = createChangeBacklog({ limit: 100, onReturn: () => undefined });
  for (const one of changes) backlog.push(one);
  backlog.fail(new Error('end of test'));
  const read: string[] = [];
  try {
    for await (const { type, object } of backlog.changes) {
      read.push(`${type} ${object.metadata.uid}@${object.metadata.resourceVersion}`);
    }
  } catch {
    // The end that the test made.
  }
  return read;
}

it.each([
  [
    'modified twice',
    [change('modified', 'a', '1'), change('modified', 'a', '2')],
    ['modified a@2'],
  ],
  ['added and modified', [change('added', 'a', '1'), change('modified', 'a', '2')], ['added a@2']],
  ['added and deleted', [change('added', 'a', '1'), change('deleted', 'a', '2')], ['deleted a@2']],
  [
    'deleted and made again',
    [change('deleted', 'a', '1'), change('added', 'b', '2')],
    ['deleted a@1', 'added b@2'],
  ],
])('merges what is unread: %s', async (_what, changes, expected) => {
  expect(await merged(changes)).toEqual(expected);
});

it('holds one change per object, however many come', async () => {
  const many = Array.from({ length: 50_000 }, (_, at) => change('modified', `u${at % 3}`, `${at}`));
  expect(await merged(many)).toEqual([
    'modified u0@49998',
    'modified u1@49999',
    'modified u2@49997',
  ]);
});

it('fails a subscriber that is too far behind, and lets go of it', async () => {
  let returned = 0;
  const backlog = createChangeBacklog({ limit: 2, onReturn: () => (returned += 1) });
  for (const uid of ['a', 'b', 'c']) backlog.push(change('added', uid, '1'));
  expect(returned).toBe(1);
  await expect(Readable.from(backlog.changes).toArray()).rejects.toMatchObject({
    code: 'MILLRACE_E_KUBE_WATCH_LAGGING',
  });
});
