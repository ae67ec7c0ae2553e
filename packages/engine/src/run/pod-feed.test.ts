import { createAsyncQueue, createFakeClock } from '@millrace/async';
import {
  RunnerError,
  type KubeApi,
  type KubeObject,
  type Logger,
  type WatchChange,
} from '@millrace/core';
import { expect, it } from 'vitest';
import { createPodFeeds } from './pod-feeds.ts';

const { signal } = new AbortController();
const pod = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } });
const notFound = new RunnerError('no', {
  code: 'MILLRACE_E_TEST',
  kind: 'system',
  reason: 'api_not_found',
});

const forbidden = new RunnerError('no right', {
  code: 'MILLRACE_E_TEST',
  kind: 'config',
  reason: 'api_forbidden',
});
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

function fake(get: KubeApi['get'] = () => Promise.reject(notFound)) {
  const watches: {
    push: (change: WatchChange) => void;
    refuse: () => void;
    open: boolean;
  }[] = [];
  const api = {
    get,
    watch: () => {
      const queue = createAsyncQueue<WatchChange>({ limit: 10 });
      const watch = {
        push: (change: WatchChange) => void queue.push(change),
        refuse: () => queue.fail(forbidden),
        open: true,
      };
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
  const clock = createFakeClock();
  const feeds = createPodFeeds({ api, clock, logger: silent, labelSelector: 'a=b' });
  return { feeds, watches, clock };
}

it('a watch that is held stays open between two pods, and closes when it is let go', () => {
  const { feeds, watches } = fake();
  const letGo = feeds.of('n').hold();
  expect(watches).toEqual([]);
  feeds.of('n').observe('a').dispose();
  const b = feeds.of('n').observe('b');
  letGo();
  letGo();
  expect(watches.map(({ open }) => open)).toEqual([true]);
  b.dispose();
  expect(watches.map(({ open }) => open)).toEqual([false]);
});

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

it('without the right to watch each pod is looked at now and then, until it is gone', async () => {
  let answer: () => Promise<KubeObject> = () => Promise.reject(notFound);
  let looks = 0;
  const { feeds, watches, clock } = fake(() => {
    looks += 1;
    return answer();
  });
  const observer = feeds.of('n').observe('a');
  watches[0]?.refuse();
  await clock.advance(0);
  // It may not have been made yet.
  expect(observer.latest()).toEqual({ pod: undefined, deleted: false });
  const changed = observer.next({ signal });
  answer = () => Promise.resolve(pod('a'));
  await clock.advance(3_000);
  expect(await changed).toEqual({ pod: pod('a'), deleted: false });
  answer = () => Promise.reject(new Error('reset'));
  await clock.advance(3_000);
  expect(observer.latest().deleted).toBe(false);
  answer = () => Promise.reject(notFound);
  await clock.advance(3_000);
  expect(observer.latest()).toEqual({ pod: pod('a'), deleted: true });
  observer.dispose();
  await clock.advance(10_000);
  expect({ looks, watches: watches.length }).toEqual({ looks: 4, watches: 1 });
});

it('without the right to look either, whoever observes is told', async () => {
  const { feeds, watches } = fake(() => Promise.reject(forbidden));
  const next = feeds.of('n').observe('a').next({ signal });
  watches[0]?.refuse();
  await expect(next).rejects.toBe(forbidden);
});
