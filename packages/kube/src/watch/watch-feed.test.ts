import type { ServerResponse } from 'node:http';
import type { KubeObject, ListSelection, WatchChange, WatchSubscription } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { failure, json, startServer, status } from '../testing/local-server.test.helpers.ts';
import type { LocalServer, SeenRequest } from '../testing/local-server.test.helpers.ts';
import { pods, testConnection, until } from '../testing/test-connection.test.helpers.ts';

const selection: ListSelection = { type: pods, namespace: 'ci', labelSelector: 'runner=a' };

function pod(name: string, resourceVersion: string): KubeObject {
  const metadata = { name, namespace: 'ci', uid: `uid-${name}`, resourceVersion };
  return { apiVersion: 'v1', kind: 'Pod', metadata };
}

function event(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

/** A server whose lists are given and whose watches stay open until the test writes to them. */
async function watchServer(
  lists: readonly (readonly KubeObject[])[],
  onWatch: (response: ServerResponse, number: number) => void = () => undefined,
): Promise<{
  readonly server: LocalServer;
  readonly watches: ServerResponse[];
  readonly requests: (kind: 'list' | 'watch') => SeenRequest[];
}> {
  const watches: ServerResponse[] = [];
  let listed = 0;
  const server = await startServer((request, response) => {
    if (request.query.has('watch')) {
      watches.push(response);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      onWatch(response, watches.length);
    } else {
      const items = lists[Math.min(listed, lists.length - 1)] ?? [];
      listed += 1;
      json(response, 200, { metadata: { resourceVersion: String(listed * 100) }, items });
    }
  });
  const requests = (kind: 'list' | 'watch'): SeenRequest[] =>
    server.seen.filter((one) => one.query.has('watch') === (kind === 'watch'));
  return { server, watches, requests };
}

/** Reads so many changes, as `type name@version`. */
async function take(subscription: WatchSubscription, count: number): Promise<string[]> {
  const iterator = iteratorOf(subscription);
  const read: string[] = [];
  while (read.length < count) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    read.push(
      `${value.type} ${value.object.metadata.name}@${value.object.metadata.resourceVersion}`,
    );
  }
  return read;
}

const iterators = new WeakMap<WatchSubscription, AsyncIterator<WatchChange>>();
function iteratorOf(subscription: WatchSubscription): AsyncIterator<WatchChange> {
  const iterator = iterators.get(subscription) ?? subscription.changes[Symbol.asyncIterator]();
  iterators.set(subscription, iterator);
  return iterator;
}

describe('a feed', () => {
  it('lists, watches from there, and passes changes on wherever the chunks are cut', async () => {
    const { server, watches, requests } = await watchServer([[pod('a', '1')]]);
    const { api } = testConnection(server.url);
    const feed = api.watch(selection);
    expect(await take(feed, 1)).toEqual(['added a@1']);
    await until(() => watches.length === 1);
    const text = event('MODIFIED', pod('a', '2')) + event('DELETED', pod('a', '3'));
    watches[0]?.write(text.slice(0, 40));
    watches[0]?.write(text.slice(40));
    expect((await take(feed, 1)).concat(await take(feed, 1)).at(-1)).toBe('deleted a@3');
    const query = requests('watch')[0]?.query;
    expect(query?.get('resourceVersion')).toBe('100');
    expect(query?.get('allowWatchBookmarks')).toBe('true');
    expect(query?.get('timeoutSeconds')).toBe('600');
    expect(query?.get('labelSelector')).toBe('runner=a');
  });

  it('is one connection for everybody, and starts each with what exists', async () => {
    const { server, requests } = await watchServer([[pod('a', '1'), pod('b', '1')]]);
    const { api } = testConnection(server.url);
    const both = ['added a@1', 'added b@1'];
    expect(await take(api.watch(selection), 2)).toEqual(both);
    expect(await take(api.watch({ ...selection }), 2)).toEqual(both);
    await until(() => requests('watch').length === 1);
    expect(requests('list')).toHaveLength(1);
    expect(api.requests()).toMatchObject({ requests: 2, watches: 1 });
  });

  it('closes its connection after nobody has listened for a while, and opens again', async () => {
    const { server, watches, requests } = await watchServer([[pod('a', '1')]]);
    const { api, clock } = testConnection(server.url);
    const feed = api.watch(selection);
    await take(feed, 1);
    await until(() => watches.length === 1);
    const closed = new Promise((resolve) => watches[0]?.once('close', resolve));
    feed.dispose();
    expect(await take(feed, 1)).toEqual([]);
    await clock.advance(30_000);
    await closed;
    expect(await take(api.watch(selection), 1)).toEqual(['added a@1']);
    expect(requests('list')).toHaveLength(2);
  });

  it('stays open when somebody comes back in time', async () => {
    const { server, watches, requests } = await watchServer([[pod('a', '1')]]);
    const { api, clock } = testConnection(server.url);
    const first = api.watch(selection);
    await take(first, 1);
    await until(() => watches.length === 1);
    first.dispose();
    await clock.advance(20_000);
    expect(await take(api.watch(selection), 1)).toEqual(['added a@1']);
    await clock.advance(20_000);
    expect(requests('list')).toHaveLength(1);
  });

  it('ends its subscribers when the connection is closed', async () => {
    const { server } = await watchServer([[]]);
    const { api } = testConnection(server.url);
    const feed = api.watch(selection);
    const rest = take(feed, 1);
    await api.close();
    expect(await rest).toEqual([]);
  });

  it('lists again from time to time and finds what the watch did not say', async () => {
    const { server, watches, requests } = await watchServer([[pod('a', '1')], [pod('b', '5')]]);
    const { api, clock } = testConnection(server.url, {
      limits: { watchRelist: 60_000, watchIdle: 100_000, attemptTimeout: 100_000 },
    });
    const feed = api.watch(selection);
    await take(feed, 1);
    await until(() => watches.length === 1);
    await clock.advance(60_000);
    expect(await take(feed, 2)).toEqual(['deleted a@1', 'added b@5']);
    await until(() => watches.length === 2);
    expect(requests('watch')[1]?.query.get('resourceVersion')).toBe('200');
  });
});

describe('a watch that is lost', () => {
  it('notices silence and goes on from the last version, which a bookmark may have told', async () => {
    const { server, watches, requests } = await watchServer([[pod('a', '1')]]);
    const { api, clock } = testConnection(server.url);
    const feed = api.watch(selection);
    await take(feed, 1);
    await until(() => watches.length === 1);
    watches[0]?.write(event('MODIFIED', pod('a', '150')));
    expect(await take(feed, 1)).toEqual(['modified a@150']);
    watches[0]?.write(event('BOOKMARK', { metadata: { resourceVersion: '170' } }));
    watches[0]?.write(event('MODIFIED', pod('c', '180')));
    expect(await take(feed, 1)).toEqual(['added c@180']);
    await clock.advance(90_000);
    await until(() => watches.length === 2);
    expect(requests('watch')[1]?.query.get('resourceVersion')).toBe('180');
    expect(requests('list')).toHaveLength(1);
    watches[1]?.write(event('ADDED', pod('c', '180')) + event('DELETED', pod('c', '190')));
    expect(await take(feed, 1)).toEqual(['deleted c@190']);
  });

  it('is not taken for silent while bookmarks come', async () => {
    const { server, watches } = await watchServer([[pod('a', '1')]]);
    const { api, clock } = testConnection(server.url);
    const feed = api.watch(selection);
    await take(feed, 1);
    await until(() => watches.length === 1);
    for (const version of ['200', '300', '400']) {
      await clock.advance(60_000);
      watches[0]?.write(
        event('BOOKMARK', { metadata: { resourceVersion: version } }) +
          event('MODIFIED', pod('a', version)),
      );
      expect(await take(feed, 1)).toEqual([`modified a@${version}`]);
    }
    expect(watches).toHaveLength(1);
  });

  it.each([
    ['a reset', (response: ServerResponse) => response.socket?.resetAndDestroy()],
    ['a line that is cut off', (response: ServerResponse) => response.end('{"type":"MOD')],
    [
      'an overloaded server',
      (response: ServerResponse) => response.end(event('ERROR', status(429, 'TooManyRequests'))),
    ],
  ])('goes on from the last version after %s', async (_what, cut) => {
    const { server, watches, requests } = await watchServer([[]], (response, number) => {
      if (number === 2) response.write(event('ADDED', pod('b', '160')));
    });
    const { api } = testConnection(server.url);
    const feed = api.watch(selection);
    await until(() => watches.length === 1);
    watches[0]?.write(event('ADDED', pod('a', '150')));
    expect(await take(feed, 1)).toEqual(['added a@150']);
    if (watches[0]) cut(watches[0]);
    expect(await take(feed, 1)).toEqual(['added b@160']);
    expect(requests('watch')[1]?.query.get('resourceVersion')).toBe('150');
    expect(requests('list')).toHaveLength(1);
  });

  it.each([
    [
      'an event',
      (response: ServerResponse) => response.end(event('ERROR', status(410, 'Expired'))),
    ],
    ['a line that is not JSON', (response: ServerResponse) => response.write('oops\n')],
  ])('lists again after %s says that the version is of no use', async (_what, spoil) => {
    const { server, requests } = await watchServer(
      [[pod('a', '1'), pod('gone', '1')], [pod('a', '7')]],
      (response, number) => {
        if (number === 1) spoil(response);
      },
    );
    const { api } = testConnection(server.url);
    const feed = api.watch(selection);
    const read = await take(feed, 4);
    expect(read).toEqual(['added a@1', 'added gone@1', 'deleted gone@1', 'modified a@7']);
    await until(() => requests('watch').length === 2);
    expect(requests('watch')[1]?.query.get('resourceVersion')).toBe('200');
  });

  it('lists again after the status 410', async () => {
    let lists = 0;
    let watches = 0;
    const server = await startServer((request, response) => {
      if (!request.query.has('watch')) {
        lists += 1;
        json(response, 200, {
          metadata: { resourceVersion: `${lists}` },
          items: [pod('a', `${lists}`)],
        });
      } else {
        watches += 1;
        if (watches === 1) failure(response, 410, 'Expired');
      }
    });
    const { api } = testConnection(server.url);
    expect(await take(api.watch(selection), 1)).toEqual(['added a@1']);
    await until(() => watches === 2);
    expect(lists).toBe(2);
  });

  it('comes back ever more slowly while the server is down, and waits as long as it is asked to', async () => {
    let watches = 0;
    const server = await startServer((request, response) => {
      if (!request.query.has('watch')) {
        json(response, 200, { metadata: { resourceVersion: '1' }, items: [] });
        return;
      }
      watches += 1;
      if (watches === 5) failure(response, 429, 'TooManyRequests', '', { 'retry-after': '60' });
      else if (watches < 9) failure(response, 503, 'ServiceUnavailable');
    });
    const { api, pauses } = testConnection(server.url);
    api.watch(selection);
    await until(() => watches === 9);
    expect(pauses).toEqual([500, 1000, 2000, 4000, 60_000, 16_000, 30_000, 30_000]);
  });
});

describe('a quiet namespace', () => {
  it('does not make the pauses longer, however often the silence ends a watch', async () => {
    const { server, watches } = await watchServer([[]]);
    // Whatever it waits for when time moves, the head of the answer or news, ends after so long.
    const limits = { watchRelist: 10 ** 7, watchIdle: 90_000, attemptTimeout: 90_000 };
    const { api, clock, pauses } = testConnection(server.url, { limits });
    api.watch(selection);
    for (let round = 1; round <= 5; round += 1) {
      await until(() => watches.length === round);
      await clock.advance(90_000);
    }
    await until(() => watches.length === 6);
    expect(pauses).toEqual([500, 500, 500, 500, 500]);
  });
});

describe('without the right to watch', () => {
  it('pauses between polls that fail', async () => {
    let lists = 0;
    const server = await startServer((request, response) => {
      if (request.query.has('watch')) failure(response, 403, 'Forbidden');
      else {
        lists += 1;
        if (lists === 1) json(response, 200, { metadata: { resourceVersion: '1' }, items: [] });
        else if (lists < 5) failure(response, 503, 'ServiceUnavailable');
      }
    });
    const { api, pauses } = testConnection(server.url, { retry: { attempts: 1 } });
    api.watch(selection);
    await until(() => lists === 5);
    expect(pauses).toEqual([500, 1000, 2000]);
  });

  it('polls the list, with one warning', async () => {
    const lists = [[pod('a', '1')], [pod('a', '2')], []];
    let listed = 0;
    const server = await startServer((request, response) => {
      if (request.query.has('watch')) failure(response, 403, 'Forbidden', 'cannot watch pods');
      else {
        json(response, 200, { metadata: { resourceVersion: '1' }, items: lists[listed] ?? [] });
        listed += 1;
      }
    });
    const { api, clock, logged } = testConnection(server.url, { pauses: 'real' });
    const feed = api.watch(selection);
    expect(await take(feed, 1)).toEqual(['added a@1']);
    expect(await take(feed, 1)).toEqual(['modified a@2']);
    await until(() => clock.pending() === 1);
    await clock.advance(3_000);
    expect(await take(feed, 1)).toEqual(['deleted a@2']);
    expect(logged.filter((line) => line.includes('polling instead'))).toHaveLength(1);
  });

  it('goes on watching when a server that has just come up refuses it for a while', async () => {
    let opened = 0;
    const server = await startServer((request, response) => {
      if (!request.query.has('watch')) {
        json(response, 200, { metadata: { resourceVersion: '100' }, items: [pod('a', '1')] });
        return;
      }
      opened += 1;
      if (opened === 2 || opened === 3) {
        failure(response, 403, 'Forbidden', 'cannot watch');
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(event('MODIFIED', pod('a', String(opened + 1))));
      if (opened === 1) setImmediate(() => response.destroy());
    });
    const { api, logged } = testConnection(server.url);
    expect(await take(api.watch(selection), 3)).toEqual([
      'added a@1',
      'modified a@2',
      'modified a@5',
    ]);
    expect(logged.join()).not.toContain('polling');
  });

  it('reads the one object where listing is forbidden as well', async () => {
    let read = 0;
    const server = await startServer((request, response) => {
      if (!request.path.endsWith('/pods/a')) failure(response, 403, 'Forbidden', 'no');
      else {
        read += 1;
        if (read < 3) json(response, 200, pod('a', `${read}`));
        else failure(response, 404, 'NotFound');
      }
    });
    const { api } = testConnection(server.url);
    const feed = api.watch({ type: pods, namespace: 'ci', fieldSelector: 'metadata.name=a' });
    const all = [...(await take(feed, 1)), ...(await take(feed, 1)), ...(await take(feed, 1))];
    expect(all.at(-1)).toBe('deleted a@2');
    feed.dispose();
  });

  it.each([
    ['nothing may be listed', 403, 'Forbidden', 'api_forbidden'],
    ['the credential is refused', 401, 'Unauthorized', 'api_unauthorized'],
  ])(
    'fails its subscribers when %s, and can be asked again',
    async (_what, code, reason, expected) => {
      let allowed = false;
      const server = await startServer((_request, response) => {
        if (allowed)
          json(response, 200, { metadata: { resourceVersion: '1' }, items: [pod('a', '1')] });
        else failure(response, code, reason);
      });
      const { api } = testConnection(server.url);
      await expect(take(api.watch(selection), 1)).rejects.toMatchObject({ reason: expected });
      allowed = true;
      expect(await take(api.watch(selection), 1)).toEqual(['added a@1']);
    },
  );
});
