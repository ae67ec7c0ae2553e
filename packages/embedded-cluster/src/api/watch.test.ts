import type { JsonObject } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { podOf, podsPath, startFixture, type Fixture } from './fixture.test.helpers.ts';
import { briefly, openWatch } from './watch-client.test.helpers.ts';

let cluster: Fixture;
beforeEach(async () => {
  cluster = await startFixture({ historyLimit: 20 });
});
afterEach(() => cluster.close());

const mapsPath = '/api/v1/namespaces/default/configmaps';
const make = (name: string, labels: JsonObject = {}): Promise<unknown> =>
  cluster.call('POST', mapsPath, { metadata: { name, labels } });
const label = (name: string, labels: JsonObject): Promise<unknown> =>
  cluster.call(
    'PATCH',
    `${mapsPath}/${name}`,
    { metadata: { labels } },
    { 'content-type': 'application/merge-patch+json' },
  );
const versionNow = async (): Promise<string> => {
  const { body } = await cluster.call('GET', mapsPath);
  return (body['metadata'] as { resourceVersion: string }).resourceVersion;
};

describe('watching', () => {
  it('starts with what exists when no version is given, then follows', async () => {
    await make('a');
    const watch = await openWatch(
      cluster,
      `${mapsPath}?watch=true&fieldSelector=metadata.name!=kube-root-ca.crt`,
    );
    expect(briefly(await watch.next())).toBe('ADDED a');
    await make('b');
    await label('b', { x: '1' });
    await cluster.call('DELETE', `${mapsPath}/a`);
    expect(briefly(await watch.next())).toBe('ADDED b');
    expect(briefly(await watch.next())).toBe('MODIFIED b');
    expect(briefly(await watch.next())).toBe('DELETED a');
  });

  it('resumes after a version without missing or repeating anything', async () => {
    await make('a');
    const version = await versionNow();
    await make('b');
    const watch = await openWatch(cluster, `${mapsPath}?watch=1&resourceVersion=${version}`);
    await make('c');
    expect(briefly(await watch.next())).toBe('ADDED b');
    expect(briefly(await watch.next())).toBe('ADDED c');
  });

  it('tells of objects that enter and leave the selection', async () => {
    await make('a', { color: 'red' });
    const watch = await openWatch(
      cluster,
      `${mapsPath}?watch=true&labelSelector=color%3Dblue&resourceVersion=${await versionNow()}`,
    );
    await label('a', { color: 'blue' });
    await label('a', { other: 'x' });
    await label('a', { color: 'red' });
    expect(briefly(await watch.next())).toBe('ADDED a');
    expect(briefly(await watch.next())).toBe('MODIFIED a');
    const left = await watch.next();
    expect(left).toMatchObject({
      type: 'DELETED',
      object: { metadata: { labels: { color: 'blue' }, resourceVersion: await versionNow() } },
    });
  });

  it('says Expired in the stream when the history no longer reaches back', async () => {
    const version = await versionNow();
    await make('a');
    for (let index = 0; index < 60; index += 1) await label('a', { index: String(index) });
    const watch = await openWatch(cluster, `${mapsPath}?watch=true&resourceVersion=${version}`);
    expect(await watch.next()).toMatchObject({
      type: 'ERROR',
      object: {
        kind: 'Status',
        code: 410,
        reason: 'Expired',
        message: expect.stringMatching(/^too old resource version: /u) as string,
      },
    });
    expect(await watch.next()).toBeUndefined();
  });

  it('marks the end of the initial events for streaming lists', async () => {
    await make('a');
    const watch = await openWatch(
      cluster,
      `${mapsPath}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    expect([briefly(await watch.next()), briefly(await watch.next())]).toEqual([
      'ADDED a',
      'ADDED kube-root-ca.crt',
    ]);
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
      },
    });
  });

  it('sends bookmarks to those who allow them, and ends when its time is up', async () => {
    const watch = await openWatch(
      cluster,
      `${podsPath}?watch=true&allowWatchBookmarks=true&timeoutSeconds=90`,
    );
    // What there is comes first, and a bookmark says that it was all.
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    await make('elsewhere');
    await cluster.clock.advance(60_000);
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { resourceVersion: await versionNow() } },
    });
    await cluster.clock.advance(30_000);
    expect(briefly(await watch.next())).toBe('BOOKMARK');
    expect(await watch.next()).toBeUndefined();
  });

  it('lets go of everything when the client leaves', async () => {
    const before = cluster.clock.pending();
    const watch = await openWatch(cluster, `${podsPath}?watch=true&allowWatchBookmarks=true`);
    expect(cluster.clock.pending()).toBe(before + 2);
    watch.close();
    await expect.poll(() => cluster.clock.pending(), { timeout: 20_000 }).toBe(before);
  });

  it('watches in table form, with columns in the first event only', async () => {
    const watch = await openWatch(
      cluster,
      `${podsPath}?watch=true`,
      'application/json;as=Table;v=v1;g=meta.k8s.io',
    );
    await cluster.call('POST', podsPath, podOf('a', { nodeSelector: { none: 'such' } }));
    expect(await watch.next()).toMatchObject({
      type: 'ADDED',
      object: {
        kind: 'Table',
        rows: [
          { cells: ['a', '0/1', 'Pending', '0', '0s', '<none>', '<none>', '<none>', '<none>'] },
        ],
      },
    });
    expect(await watch.next()).toMatchObject({
      type: 'MODIFIED',
      object: { columnDefinitions: null },
    });
  });
});

describe('listing', () => {
  it('pages through one consistent version', async () => {
    for (const name of ['a', 'b', 'c']) await make(name);
    const first = await cluster.call('GET', `${mapsPath}?limit=2`);
    expect(first.body).toMatchObject({
      kind: 'ConfigMapList',
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
      metadata: { remainingItemCount: 2 },
    });
    const { continue: token, resourceVersion } = first.body['metadata'] as {
      continue: string;
      resourceVersion: string;
    };
    await make('bb');
    await cluster.call('DELETE', `${mapsPath}/c`);
    const second = await cluster.call('GET', `${mapsPath}?limit=2&continue=${token}`);
    expect(second.body).toMatchObject({
      items: [{ metadata: { name: 'c' } }, { metadata: { name: 'kube-root-ca.crt' } }],
      metadata: { resourceVersion },
    });
    expect(second.body['metadata']).not.toHaveProperty('continue');
  });

  it('answers 410 to a continue token whose version has gone', async () => {
    await make('a');
    const { body } = await cluster.call('GET', `${mapsPath}?limit=1`);
    const { continue: token } = body['metadata'] as { continue: string };
    cluster.store.compact();
    await make('b');
    cluster.store.compact();
    const expired = await cluster.call('GET', `${mapsPath}?limit=1&continue=${token}`);
    expect([expired.code, expired.body['reason']]).toEqual([410, 'Expired']);
  });

  it.each([
    [
      'a field one cannot select by',
      'fieldSelector=spec.nope%3D1',
      400,
      'field label not supported: spec.nope',
    ],
    [
      'a version from the future',
      'resourceVersion=99999',
      504,
      expect.stringMatching(/^Timeout: Too large resource version: 99999/u) as string,
    ],
    ['a limit that is no number', 'limit=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
  ])('refuses %s', async (_what, query, code, message) => {
    const answer = await cluster.call('GET', `${podsPath}?${query}`);
    expect(answer).toMatchObject({ code, body: { message } });
  });

  it('selects events by the object they are about', async () => {
    await cluster.call('POST', podsPath, podOf('a'));
    await cluster.call('POST', podsPath, podOf('b'));
    const { body } = await cluster.call(
      'GET',
      '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Db,reason%3DScheduled',
    );
    expect(body['items']).toMatchObject([
      {
        involvedObject: { name: 'b' },
        message: 'Successfully assigned default/b to millrace-embedded',
      },
    ]);
  });

  it('lists metadata only, and refuses what is not JSON', async () => {
    await make('a');
    const partial = await cluster.call('GET', mapsPath, undefined, {
      accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    });
    expect(partial.body).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'a' } }, {}],
    });
    expect((await cluster.call('GET', mapsPath, undefined, { accept: 'text/html' })).code).toBe(
      406,
    );
  });
});

describe('what a real server makes of odd requests', () => {
  it('has no list of nothing in metadata only, and no rows where it has no printer', async () => {
    const empty = '/api/v1/namespaces/default/limitranges';
    const as = (form: string): ReturnType<Fixture['call']> =>
      cluster.call('GET', empty, undefined, {
        accept: `application/json;as=${form};v=v1;g=meta.k8s.io`,
      });
    expect((await as('PartialObjectMetadataList')).body['items']).toBeNull();
    expect((await as('Table')).body['rows']).toBeNull();
  });

  it('offers the rest of a list that is too old as it is now', async () => {
    const tokenOf = (body: JsonObject): string =>
      (body['metadata'] as { readonly continue: string }).continue;
    for (const name of ['a', 'b']) await make(name);
    const token = tokenOf((await cluster.call('GET', `${mapsPath}?limit=1`)).body);
    await make('c');
    cluster.store.compact();
    const late = await cluster.call('GET', `${mapsPath}?continue=${token}`);
    expect(late.code).toBe(410);
    const { body } = await cluster.call('GET', `${mapsPath}?continue=${tokenOf(late.body)}`);
    expect((body['items'] as readonly JsonObject[]).map((item) => item['metadata'])).toMatchObject([
      { name: 'b' },
      { name: 'c' },
      {},
    ]);
    const contradiction = `${mapsPath}?resourceVersion=1&continue=${token}`;
    expect((await cluster.call('GET', contradiction)).code).toBe(400);
  });

  it('knows the old path of a watch', async () => {
    await make('a');
    const watch = await openWatch(cluster, '/api/v1/watch/namespaces/default/configmaps/a');
    expect(briefly(await watch.next())).toBe('ADDED a');
    watch.close();
  });

  it('gets one object, whatever is said about watching', async () => {
    await make('a');
    expect((await cluster.call('GET', `${mapsPath}/a?watch=1`)).body['kind']).toBe('ConfigMap');
  });
});
