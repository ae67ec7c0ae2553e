import type { JsonObject, JsonValue } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMapType } from '../store/resource-types.ts';
import {
  podOf,
  podsPath,
  startFixture,
  type Answer,
  type Fixture,
} from './fixture.test.helpers.ts';

let cluster: Fixture;
beforeEach(async () => {
  cluster = await startFixture();
});
afterEach(() => cluster.close());

const mapsPath = '/api/v1/namespaces/default/configmaps';
const applyType = { 'content-type': 'application/apply-patch+yaml' };
const map = (data: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'm', ...metadata },
  data,
});
const apply = (manager: string, config: JsonObject, query = ''): Promise<Answer> =>
  cluster.call('PATCH', `${mapsPath}/m?fieldManager=${manager}${query}`, config, applyType);
const merge = (body: JsonObject, query = ''): Promise<Answer> =>
  cluster.call('PATCH', `${mapsPath}/m${query}`, body, {
    'content-type': 'application/merge-patch+json',
    'user-agent': 'tester/1.0 (x)',
  });

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly time: string;
  readonly fieldsV1: JsonObject;
}
const entriesOf = ({ body }: Answer): readonly Entry[] =>
  ((body['metadata'] as JsonObject)['managedFields'] ?? []) as unknown as readonly Entry[];
const managersOf = (answer: Answer): Readonly<Record<string, JsonObject>> =>
  Object.fromEntries(
    entriesOf(answer).map(({ manager, operation, subresource, fieldsV1 }) => [
      [manager, operation, ...(subresource === undefined ? [] : [subresource])].join(' '),
      fieldsV1,
    ]),
  );

describe('apply', () => {
  it('creates what is not there, for its manager', async () => {
    const answer = await apply('one', map({ a: '1' }, { labels: { x: 'y' } }));
    expect(answer.code).toBe(201);
    expect(managersOf(answer)).toEqual({
      'one Apply': { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:x': {} } } },
    });
  });

  it('makes no new version of what is there already', async () => {
    const first = await apply('one', map({ a: '1' }));
    await cluster.clock.advance(5000);
    const again = await apply('one', map({ a: '1' }));
    expect(again.body).toEqual(first.body);
  });

  it('removes what its manager no longer says and nobody else does', async () => {
    await apply('one', map({ a: '1', b: '1', c: '1' }));
    await apply('two', map({ b: '1' }));
    await merge({ data: { c: '1', d: '1' } });
    expect((await apply('one', map({}))).body['data']).toEqual({ b: '1', d: '1' });
  });

  it('leaves what nobody manages', async () => {
    await apply('one', map({}, { labels: { a: '1' } }));
    cluster.store.update({ type: configMapType, namespace: 'default', name: 'm' }, (before) => ({
      ...before,
      metadata: { ...before.metadata, annotations: { from: 'a controller' } },
    }));
    const { body } = await apply('one', map({}));
    expect(body['metadata']).toMatchObject({ annotations: { from: 'a controller' } });
    expect(body['metadata']).not.toHaveProperty('labels');
  });

  it('refuses what others manage, all of it in one answer', async () => {
    await apply('one', map({ a: '1', b: '1' }));
    expect(await apply('two', map({ a: '2', b: '1' }))).toMatchObject({
      code: 409,
      body: {
        reason: 'Conflict',
        message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
        details: {
          causes: [
            { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' },
          ],
        },
      },
    });
    await merge({ data: { b: '3' } });
    expect((await apply('two', map({ a: '2', b: '2' }))).body['message']).toBe(
      'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\nconflicts with "tester" using v1:\n- .data.b',
    );
  });

  it('takes what it is forced to take', async () => {
    await apply('one', map({ a: '1', b: '1' }));
    expect(managersOf(await apply('two', map({ a: '2' }), '&force=true'))).toEqual({
      'one Apply': { 'f:data': { 'f:b': {} } },
      'two Apply': { 'f:data': { 'f:a': {} } },
    });
  });

  it('shares what others say too', async () => {
    await apply('one', map({ a: '1' }));
    expect((await apply('two', map({ a: '1' }))).code).toBe(200);
    expect((await apply('one', map({ a: '2' }))).body['message']).toContain('conflict with "two"');
  });

  it('tells managers of the status apart', async () => {
    await cluster.call('POST', podsPath, podOf('a', { containers: [{ name: 'c', image: 'x' }] }));
    const status = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      status: { conditions: [{ type: 'example.com/gate', status: 'True' }] },
    };
    const path = `${podsPath}/a/status?fieldManager=gate`;
    expect(managersOf(await cluster.call('PATCH', path, status, applyType))).toMatchObject({
      'gate Apply status': {
        'f:status': {
          'f:conditions': {
            'k:{"type":"example.com/gate"}': { '.': {}, 'f:status': {}, 'f:type': {} },
          },
        },
      },
    });
  });

  it('reads YAML as Kubernetes does', async () => {
    const yaml =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  a: "1"\nimmutable: off\n';
    const response = await fetch(`${cluster.server.url}${mapsPath}/m?fieldManager=one`, {
      method: 'PATCH',
      headers: { authorization: 'Bearer admin', ...applyType },
      body: yaml,
    });
    expect([response.status, await response.json()]).toMatchObject([
      201,
      { data: { a: '1' }, immutable: false },
    ]);
  });

  it.each<[string, string, JsonValue, number, string]>([
    [
      'without a manager',
      '',
      map({}),
      422,
      'fieldManager: Required value: is required for apply patch',
    ],
    [
      'with managers',
      '?fieldManager=a',
      map({}, { managedFields: [] }),
      400,
      'metadata.managedFields must be nil',
    ],
    [
      'of a field that is not there',
      '?fieldManager=a',
      { ...map({}), wings: 2 },
      500,
      '.wings: field not declared in schema',
    ],
    ['of no object', '?fieldManager=a', ['x'], 400, 'must be a JSON object'],
  ])('refuses an apply %s', async (_what, query, body, code, message) => {
    const answer = await cluster.call('PATCH', `${mapsPath}/m${query}`, body, applyType);
    expect([answer.code, answer.body['message']]).toEqual([
      code,
      expect.stringContaining(message) as string,
    ]);
  });

  it('refuses to force any other patch', async () => {
    await apply('one', map({ a: '1' }));
    expect(await merge({}, '?force=true')).toMatchObject({
      code: 422,
      body: { message: expect.stringContaining('force: Forbidden') as string },
    });
  });
});

describe('managers', () => {
  it('are whoever creates and changes, by name or by their program', async () => {
    const created = await cluster.call('POST', mapsPath, map({ a: '1' }), {
      'user-agent': 'maker/2.0',
    });
    expect(managersOf(created)).toEqual({ 'maker Update': { 'f:data': { '.': {}, 'f:a': {} } } });
    await cluster.clock.advance(1000);
    const patched = await merge({ data: { a: '2', b: '1' } }, '?fieldManager=named');
    expect(managersOf(patched)).toEqual({
      'maker Update': { 'f:data': {} },
      'named Update': { 'f:data': { 'f:a': {}, 'f:b': {} } },
    });
    expect(entriesOf(patched).map(({ time }) => time)).toEqual([
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:06Z',
    ]);
  });

  it('of a pod have its defaults, but not what the cluster adds', async () => {
    const { body } = await cluster.call(
      'POST',
      podsPath,
      podOf('a', { containers: [{ name: 'c', image: 'x' }] }),
    );
    const fields = JSON.stringify((body['metadata'] as JsonObject)['managedFields']);
    expect(fields).toContain('"f:dnsPolicy":{}');
    for (const added of ['f:serviceAccountName', 'f:tolerations', 'f:volumes', 'f:nodeName'])
      expect(fields).not.toContain(added);
  });

  it('of what was there before anybody managed it are nobody known', async () => {
    cluster.store.create(configMapType, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm', namespace: 'default' },
      data: { a: '1' },
    });
    expect(entriesOf(await merge({ data: { b: '1' } }))).toEqual([]);
    expect((await apply('one', map({ a: '2' }))).body['message']).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
    );
  });

  it('may be handed over, and forgotten', async () => {
    await apply('one', map({ a: '1' }));
    const fieldsV1 = { 'f:data': { 'f:a': {} } };
    const entry = { manager: 'heir', operation: 'Apply', apiVersion: 'v1', fieldsV1 };
    expect(managersOf(await merge({ metadata: { managedFields: [entry] } }))).toEqual({
      'heir Apply': fieldsV1,
    });
    expect(entriesOf(await merge({ metadata: { managedFields: [{}] } }))).toEqual([]);
  });
});
