import type { JsonObject } from '@millrace/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFixture, type Fixture } from '../fixture.test.helpers.ts';

let cluster: Fixture;
beforeAll(async () => {
  cluster = await startFixture();
});
afterAll(() => cluster.close());

const core = '/api/v1/namespaces/default';
const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const ports = (...list: readonly JsonObject[]): JsonObject => ({ spec: { ports: list } });
const key =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const mebibyte = 'x'.repeat(1024 * 1024 + 10);

it.each<[string, string, JsonObject, string]>([
  [
    'a secret that is too large',
    `${core}/secrets`,
    { stringData: { a: mebibyte } },
    'data: Too long: may not be more than 1048576 bytes',
  ],
  [
    'a config map that is too large',
    `${core}/configmaps`,
    { data: { a: mebibyte } },
    '[]: Too long: may not be more than 1048576 bytes',
  ],
  [
    'a bad key',
    `${core}/configmaps`,
    { data: { 'a b': '' } },
    `data[a b]: Invalid value: "a b": ${key}`,
  ],
  [
    'a key that is a folder',
    `${core}/configmaps`,
    { data: { '..': '' } },
    `data[..]: Invalid value: "..": must not be '..'`,
  ],
  [
    'a key on both sides',
    `${core}/configmaps`,
    { data: { a: '' }, binaryData: { a: '' } },
    'data[a]: Invalid value: "a": duplicate of key present in binaryData',
  ],
  [
    'a docker configuration that is no JSON',
    `${core}/secrets`,
    { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': 'x' } },
    `data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'x' looking for beginning of value`,
  ],
  [
    'credentials that are empty',
    `${core}/secrets`,
    { type: 'kubernetes.io/basic-auth' },
    '[data[username]: Required value, data[password]: Required value]',
  ],
  [
    'a token of nobody',
    `${core}/secrets`,
    { type: 'kubernetes.io/service-account-token' },
    'metadata.annotations[kubernetes.io/service-account.name]: Required value',
  ],
  [
    'an unknown type of service',
    `${core}/services`,
    { spec: { type: 'X', ports: [{ port: 80 }] } },
    'spec.type: Unsupported value: "X": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ],
  [
    'a port twice',
    `${core}/services`,
    ports({ name: 'a', port: 80 }, { name: 'a', port: 80 }),
    '[spec.ports[1].name: Duplicate value: "a", spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}]',
  ],
  [
    'an unknown protocol',
    `${core}/services`,
    ports({ port: 80, protocol: 'X' }),
    'spec.ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
  ],
  [
    'a claim of unknown modes',
    `${core}/persistentvolumeclaims`,
    { spec: { accessModes: ['All'], volumeMode: 'X', resources: { requests: { storage: '0' } } } },
    '[spec.accessModes: Unsupported value: "All": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod", spec.resources[storage]: Invalid value: "0": must be greater than zero, spec.volumeMode: Unsupported value: "X": supported values: "Block", "Filesystem"]',
  ],
  [
    'a rule without verbs',
    `${rbac}/roles`,
    { rules: [{ apiGroups: [''], resources: ['pods'] }] },
    'rules[0].verbs: Required value: verbs must contain at least one value',
  ],
  [
    'a rule without resources',
    `${rbac}/roles`,
    { rules: [{ apiGroups: [''], verbs: ['get'] }] },
    'rules[0].resources: Required value: resource rules must supply at least one resource',
  ],
  [
    'a role of paths',
    `${rbac}/roles`,
    { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
    'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
  ],
  [
    'a binding to nothing',
    `${rbac}/rolebindings`,
    {},
    '[roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole", roleRef.name: Required value]',
  ],
  [
    'a binding of nobody',
    `${rbac}/rolebindings`,
    { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User' }] },
    'subjects[0].name: Required value',
  ],
  [
    'a budget of both bounds',
    budgets,
    { spec: { minAvailable: 1, maxUnavailable: 1 } },
    'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
  ],
  [
    'a budget of a bad bound',
    budgets,
    { spec: { minAvailable: 'x' } },
    'spec.minAvailable: Invalid value: "x": a valid percent string must be a numeric string',
  ],
  [
    'a quota of less than nothing',
    `${core}/resourcequotas`,
    { spec: { hard: { pods: '-1' } } },
    'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
  ],
  [
    'a quota of what nobody knows',
    `${core}/resourcequotas`,
    { spec: { hard: { x: '1' } } },
    '[spec.hard[x]: Invalid value: "x": must be a standard resource type or fully qualified, spec.hard[x]: Invalid value: "x": must be a standard resource for quota]',
  ],
])('refuses %s', async (_what, path, sent, message) => {
  expect(
    await cluster.call('POST', `${path}?dryRun=All`, { metadata: { name: 'a' }, ...sent }),
  ).toMatchObject({
    code: 422,
    body: { message: expect.stringContaining(`"a" is invalid: ${message}`) as string },
  });
});

it('says where a secret is not base64', async () => {
  const sent = (data: string): ReturnType<Fixture['call']> =>
    cluster.call('POST', `${core}/secrets`, { metadata: { name: 'a' }, data: { a: data } });
  const said =
    'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte';
  expect((await sent('b')).body['message']).toBe(`${said} 0`);
  expect((await sent('YWJj!')).body['message']).toBe(`${said} 4`);
});

it('takes a service whose name begins with a number', async () => {
  const sent = { metadata: { name: '1a' }, ...ports({ port: 80 }) };
  expect((await cluster.call('POST', `${core}/services`, sent)).code).toBe(201);
});

it('looks at the beginning of a name that is to be made up', async () => {
  const sent = { metadata: { generateName: 'Bad_' } };
  const { body } = await cluster.call('POST', `${core}/configmaps`, sent);
  expect(body['message']).toContain('metadata.generateName: Invalid value: "Bad_"');
});
