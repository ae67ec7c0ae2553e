import type { JsonObject, JsonValue } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { podOf, podsPath, startFixture, type Fixture } from './fixture.test.helpers.ts';

let cluster: Fixture;
beforeEach(async () => {
  cluster = await startFixture();
});
afterEach(() => cluster.close());

const core = '/api/v1/namespaces/default';
const maps = `${core}/configmaps`;
const types = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;
const patch = (
  type: keyof typeof types,
  path: string,
  body: JsonValue,
): ReturnType<Fixture['call']> =>
  cluster.call('PATCH', path, body, { 'content-type': types[type] });
const makeMap = (metadata: JsonObject = {}): ReturnType<Fixture['call']> =>
  cluster.call('POST', maps, { metadata: { name: 'a', ...metadata }, data: { k: 'v' } });

describe('patches that cannot be', () => {
  beforeEach(() => makeMap());

  it.each<[keyof typeof types, string, JsonValue, number, string]>([
    [
      'merge',
      'a word',
      'x',
      400,
      'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}',
    ],
    ['merge', 'nothing', null, 400, 'Invalid JSON Patch'],
    [
      'merge',
      'a wrong type',
      { data: { k: 5 } },
      422,
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [
      'merge',
      'another uid',
      { metadata: { uid: 'x' } },
      422,
      'metadata.uid: Invalid value: "x": field is immutable',
    ],
    [
      'merge',
      'a version that is none',
      { metadata: { resourceVersion: 'x' } },
      500,
      'strconv.ParseUint: parsing "x": invalid syntax',
    ],
    [
      'merge',
      'a time to be deleted at',
      { metadata: { deletionTimestamp: '2001-01-01T00:00:00Z' } },
      422,
      'metadata.deletionTimestamp: Invalid value: "2001-01-01T00:00:00Z": field is immutable',
    ],
    [
      'json',
      'an object',
      {},
      400,
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
    [
      'json',
      'a test that fails',
      [{ op: 'test', path: '/data/k', value: 'x' }],
      422,
      'the server rejected our request due to an error in our request',
    ],
    [
      'strategic',
      'a list',
      [],
      400,
      'json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
    ['strategic', 'an unknown directive', { data: { $patch: 'reverse' } }, 500, 'reverse'],
  ])('%s patch: %s', async (type, _what, body, code, message) => {
    expect(await patch(type, `${maps}/a`, body)).toMatchObject({
      code,
      body: { message: expect.stringContaining(message) as string },
    });
  });

  it('of an unknown kind', async () => {
    expect(
      await cluster.call('PATCH', `${maps}/a`, {}, { 'content-type': 'text/plain' }),
    ).toMatchObject({ code: 415, body: { message: '415: Unsupported Media Type', details: {} } });
  });

  it('replaces by a JSON patch what is not there', async () => {
    const operation = { op: 'replace', path: '/data/new', value: 'x' };
    expect((await patch('json', `${maps}/a`, [operation])).body['data']).toEqual({
      k: 'v',
      new: 'x',
    });
  });
});

describe('updates', () => {
  it.each<[string, JsonObject, number, string]>([
    [
      'without a name',
      {},
      400,
      'the name of the object (a based on URL) was undeterminable: name must be provided',
    ],
    [
      'of another uid',
      { name: 'a', uid: 'x' },
      409,
      'Precondition failed: UID in precondition: x, UID in object meta: ',
    ],
  ])('refuses one %s', async (_what, metadata, code, message) => {
    await makeMap();
    expect(await cluster.call('PUT', `${maps}/a`, { metadata })).toMatchObject({
      code,
      body: { message: expect.stringContaining(message) as string },
    });
  });

  it('counts what is wished of a pod, and leaves the count when it is not', async () => {
    await cluster.call('POST', podsPath, podOf('p', { nodeSelector: { none: 'such' } }));
    const deadline = await patch('merge', `${podsPath}/p`, { spec: { activeDeadlineSeconds: 9 } });
    expect(deadline.body['metadata']).toMatchObject({ generation: 2 });
    const label = await patch('merge', `${podsPath}/p`, { metadata: { labels: { a: 'b' } } });
    expect(label.body['metadata']).toMatchObject({ generation: 2 });
  });

  it('tells the times of conditions that have none, and refuses a bad type', async () => {
    await cluster.call('POST', podsPath, podOf('p', { nodeSelector: { none: 'such' } }));
    const write = (type: string): ReturnType<Fixture['call']> =>
      patch('strategic', `${podsPath}/p/status`, {
        status: { conditions: [{ type, status: 'True' }] },
      });
    const { body } = await write('example.org/x');
    expect((body['status'] as JsonObject)['conditions']).toContainEqual({
      type: 'example.org/x',
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: null,
    });
    expect(await write('a b')).toMatchObject({
      code: 422,
      body: { message: expect.stringContaining('status.conditions[') as string },
    });
  });

  it('leaves a namespace its name', async () => {
    const body = { metadata: { labels: { 'kubernetes.io/metadata.name': 'x', a: 'b' } } };
    expect((await patch('merge', '/api/v1/namespaces/default', body)).body).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'default', a: 'b' } },
    });
  });

  it('keeps a claim as it was made, and the address of a service', async () => {
    await cluster.call('POST', `${core}/persistentvolumeclaims`, {
      metadata: { name: 'a' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const modes = { spec: { accessModes: ['ReadWriteMany'] } };
    expect(await patch('merge', `${core}/persistentvolumeclaims/a`, modes)).toMatchObject({
      code: 422,
      body: { message: expect.stringContaining('spec: Forbidden: spec is immutable') as string },
    });
    await cluster.call('POST', `${core}/services`, {
      metadata: { name: 'a' },
      spec: { ports: [{ name: 'x', port: 80 }] },
    });
    const moved = { spec: { clusterIP: '10.96.0.99' } };
    expect((await patch('merge', `${core}/services/a`, moved)).body['message']).toContain(
      'spec.clusterIPs[0]: Invalid value: ["10.96.0.99"]: may not change once set',
    );
    const more = { spec: { ports: [{ name: 'y', port: 81 }] } };
    expect((await patch('strategic', `${core}/services/a`, more)).body['spec']).toMatchObject({
      ports: [{ name: 'y', protocol: 'TCP', targetPort: 81 }, { name: 'x' }],
    });
  });

  it('adds no finalizer to what is being deleted', async () => {
    await makeMap({ finalizers: ['example.org/a'] });
    await cluster.call('DELETE', `${maps}/a`);
    const more = { metadata: { finalizers: ['example.org/a', 'example.org/b'] } };
    expect(await patch('merge', `${maps}/a`, more)).toMatchObject({
      code: 422,
      body: {
        message: expect.stringContaining(
          'no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.org/b"}',
        ) as string,
      },
    });
  });
});

describe('options', () => {
  it.each<[string, string, string, JsonObject | undefined, number, string]>([
    [
      'an unknown dry run',
      'POST',
      '?dryRun=Some',
      { metadata: { name: 'b' } },
      422,
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
    ],
    [
      'an unknown validation',
      'POST',
      '?fieldValidation=Maybe',
      { metadata: { name: 'b' } },
      422,
      'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Maybe": supported values: "", "Ignore", "Strict", "Warn"',
    ],
    [
      'a version on creation',
      'POST',
      '',
      { metadata: { name: 'b', resourceVersion: '1' } },
      500,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'an unknown policy',
      'DELETE',
      '/a',
      { propagationPolicy: 'Sideways' },
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
    [
      'two ways to orphan',
      'DELETE',
      '/a',
      { propagationPolicy: 'Orphan', orphanDependents: true },
      422,
      'orphanDependents and deletionPropagation cannot be both set',
    ],
    [
      'a word for seconds',
      'DELETE',
      '/a',
      { gracePeriodSeconds: 'soon' },
      400,
      'json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
    ],
    [
      'a word for seconds in the query',
      'DELETE',
      '/a?gracePeriodSeconds=soon',
      undefined,
      400,
      'strconv.ParseInt: parsing "soon": invalid syntax',
    ],
    [
      'options of another kind',
      'DELETE',
      '/a',
      { kind: 'Pod', apiVersion: 'v1' },
      400,
      'no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
    [
      'another uid',
      'DELETE',
      '/a',
      { preconditions: { uid: 'x' } },
      409,
      'Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (x) does not match the UID in record (',
    ],
    [
      'another version',
      'DELETE',
      '/a',
      { preconditions: { resourceVersion: '1' } },
      409,
      'the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (',
    ],
    [
      'an exact version of none',
      'GET',
      '?resourceVersionMatch=Exact',
      undefined,
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'a version that is none',
      'GET',
      '?resourceVersion=x',
      undefined,
      400,
      'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    ],
    [
      'a version that is none, of one object',
      'GET',
      '/a?resourceVersion=x',
      undefined,
      500,
      'resourceVersion: Invalid value: "x"',
    ],
    [
      'a watch of a match without a beginning',
      'GET',
      '?watch=1&resourceVersionMatch=NotOlderThan',
      undefined,
      422,
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
  ])('refuses %s', async (_what, method, path, body, code, message) => {
    await makeMap();
    const answer = await cluster.call(method, `${maps}${path}`, body);
    expect([answer.code, answer.body['message']]).toEqual([
      code,
      expect.stringContaining(message) as string,
    ]);
    expect((await cluster.call('GET', `${maps}/a`)).code).toBe(200);
  });

  it('has room for an answer to a version that is yet to come', async () => {
    expect(await cluster.call('GET', `${maps}?resourceVersion=9999`)).toMatchObject({
      code: 504,
      body: { details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 } },
    });
  });

  it('says what would become of a pod on a dry run of its deletion', async () => {
    await cluster.call('POST', podsPath, podOf('p', { nodeSelector: { none: 'such' } }));
    const { body } = await cluster.call('DELETE', `${podsPath}/p`, { dryRun: ['All'] });
    expect(body['metadata']).toMatchObject({ generation: 2, deletionGracePeriodSeconds: 0 });
    expect((await cluster.call('GET', `${podsPath}/p`)).body['metadata']).toMatchObject({
      generation: 1,
    });
  });
});

describe('bodies', () => {
  const send = async (body: string, type = 'application/json'): Promise<JsonObject> => {
    const response = await fetch(`${cluster.server.url}${maps}`, {
      method: 'POST',
      headers: { authorization: 'Bearer admin', 'content-type': type },
      body,
    });
    return (await response.json()) as JsonObject;
  };

  it.each([
    ['', 'unexpected end of JSON input (<empty>)'],
    ['hello', "invalid character 'h' looking for beginning of value (68656c6c6f)"],
    ['[]', 'json: cannot unmarshal array into Go value of type struct { APIVersion string'],
  ])('says what is wrong with %j', async (text, message) => {
    expect((await send(text))['message']).toContain(
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: ${message}`,
    );
  });

  it.each([
    [
      '{"apiVersion":"a/b/c"}',
      'the object provided is unrecognized (must be of type ConfigMap): unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c"})',
    ],
    [
      '{"kind":"Thing"}',
      'Thing in version "v1" cannot be handled as a ConfigMap: no kind "Thing" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
    [
      '{"kind":"Pod"}',
      'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
    ],
    [
      'null',
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      '{"metadata":"x"}',
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta',
    ],
  ])('refuses %j', async (text, message) => {
    expect((await send(text))['message']).toBe(message);
  });

  it('says which types of bodies it would take', async () => {
    expect((await send('a', 'text/plain'))['message']).toBe(
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  });
});
