import { createAsyncQueue } from '@millrace/async';
import { RunnerError, type KubeApi, type KubeObject, type WatchChange } from '@millrace/core';
import { expect, it } from 'vitest';
import { createPodFeeds } from './pod-feeds.ts';

const { signal } = new AbortController();
const pod = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } });
const notFound = new RunnerError('no', {
  code: 'MILLRACE_E_TEST',
  kind: 'system',
  reason: 'api_not_found',
});

function fake(get: KubeApi['get'] = () => Promise.reject(notFound)) {
  const watches: { push: (change: WatchChange) => void; open: boolean }[] = [];
  const api = {
    get,
    watch: () => {
      const queue = createAsyncQueue<WatchChange>({ limit: 10 });
      const watch = { push: (change: WatchChange) => void queue.push(change), open: true };
      watches.push(watch);
      return {
        changes: queue,
        dispose: () => {
          watch.open = false;
          queue.end();
        },
      };
    },
  } as unknown as KubeApi;
  return { feeds: createPodFeeds(api, 'a=b'), watches };
}

it('all pods of a namespace share one watch, which ends with the last observer', async () => {
  const { feeds, watches } = fake();
  const [a, b] = [feeds.of('n').observe('a'), feeds.of('n').observe('b')];
  const seen = b.next({ signal });
  watches[0]?.push({ type: 'added', object: pod('b') });
  expect((await seen).pod).toEqual(pod('b'));
  expect(a.latest().pod).toBeUndefined();
  a.dispose();
  expect(watches.map(({ open }) => open)).toEqual([true]);
  b.dispose();
  expect(watches.map(({ open }) => open)).toEqual([false]);
  feeds.of('n').observe('c').dispose();
  expect(watches).toHaveLength(2);
});

it('closing tells whoever still observes', async () => {
  const { feeds } = fake();
  const observer = feeds.of('n').observe('a');
  const next = observer.next({ signal });
  feeds.close();
  await expect(next).rejects.toMatchObject({ code: 'MILLRACE_E_WATCH_CLOSED' });
});

it('a look finds out that a pod is gone', async () => {
  const { feeds } = fake();
  const observer = feeds.of('n').observe('a');
  await observer.look({ signal });
  expect(observer.latest()).toEqual({ pod: undefined, deleted: true });
});

it('a look that the API does not answer leaves it to the watch', async () => {
  const { feeds } = fake(() => Promise.reject(new Error('reset')));
  const observer = feeds.of('n').observe('a');
  await observer.look({ signal });
  expect(observer.latest()).toEqual({ pod: undefined, deleted: false });
});
