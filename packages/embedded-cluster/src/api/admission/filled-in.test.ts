import type { JsonObject } from '@millrace/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { podOf, podsPath, startFixture, type Fixture } from '../fixture.test.helpers.ts';

let cluster: Fixture;
beforeAll(async () => {
  cluster = await startFixture();
});
afterAll(() => cluster.close());

const container = (fields: JsonObject): JsonObject => ({ name: 'c', image: 'a:1', ...fields });
const inContainer = (sent: JsonObject, filled: JsonObject): [JsonObject, JsonObject] => [
  { containers: [container(sent)] },
  { containers: [filled] },
];

it.each<[string, [JsonObject, JsonObject]]>([
  [
    'quantities in the form Kubernetes writes them in',
    inContainer(
      { resources: { limits: { cpu: '0.1', memory: '1024Mi' } } },
      { resources: { limits: { cpu: '100m', memory: '1Gi' } } },
    ),
  ],
  [
    'the divisor of a resource',
    inContainer(
      { env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }] },
      { env: [{ valueFrom: { resourceFieldRef: { divisor: '0' } } }] },
    ),
  ],
  [
    'what a hook asks',
    inContainer(
      { lifecycle: { postStart: { httpGet: { port: 80 } } } },
      { lifecycle: { postStart: { httpGet: { path: '/', scheme: 'HTTP' } } } },
    ),
  ],
  [
    'the service of a gRPC probe',
    inContainer(
      { livenessProbe: { grpc: { port: 1 } } },
      { livenessProbe: { grpc: { service: '' } } },
    ),
  ],
  [
    'the version of a field in a volume',
    [
      {
        volumes: [
          {
            name: 'v',
            downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] },
          },
        ],
      },
      { volumes: [{ downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1' } }] } }, {}] },
    ],
  ],
  [
    'the mode of a volume of its own',
    [
      { volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec: {} } } }] },
      {
        volumes: [
          {
            ephemeral: {
              volumeClaimTemplate: { metadata: {}, spec: { volumeMode: 'Filesystem' } },
            },
          },
          {},
        ],
      },
    ],
  ],
  [
    'the shortest grace for a negative one',
    [{ terminationGracePeriodSeconds: -1 }, { terminationGracePeriodSeconds: 1 }],
  ],
])('fills in %s', async (_what, [sent, filled]) => {
  const { code, body } = await cluster.call('POST', `${podsPath}?dryRun=All`, podOf('p', sent));
  expect([code, body['spec']]).toMatchObject([201, filled]);
});

it('leaves lists, maps and variables out that hold nothing', async () => {
  const empty = {
    nodeSelector: {},
    containers: [container({ env: [{ name: 'A', value: '' }], volumeMounts: [], command: [] })],
    automountServiceAccountToken: false,
  };
  const pod = podOf('p', empty, { labels: {}, finalizers: [] });
  const { body } = await cluster.call('POST', `${podsPath}?dryRun=All`, pod);
  for (const [path, key] of [
    ['metadata', 'labels'],
    ['metadata', 'finalizers'],
    ['spec', 'nodeSelector'],
  ] as const)
    expect(body[path]).not.toHaveProperty(key);
  const [first] = (body['spec'] as JsonObject)['containers'] as readonly JsonObject[];
  expect(first).not.toHaveProperty('volumeMounts');
  expect(first).not.toHaveProperty('command');
  expect(first?.['env']).toEqual([{ name: 'A' }]);
});

const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const core = '/api/v1/namespaces/default';

it.each<[string, string, JsonObject, JsonObject]>([
  ['a role without rules', `${rbac}/roles`, {}, { rules: null }],
  [
    'the group of a role and of a user',
    `${rbac}/rolebindings`,
    { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] },
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }],
    },
  ],
  [
    'what older clients read of an event',
    `${core}/events`,
    { involvedObject: { namespace: 'default' } },
    {
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: null,
      reportingComponent: '',
      reportingInstance: '',
    },
  ],
  [
    'the state of a disruption budget',
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    { spec: {} },
    {
      metadata: { generation: 1 },
      status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    },
  ],
  [
    'what a limit range means for requests',
    `${core}/limitranges`,
    { spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } },
    { spec: { limits: [{ defaultRequest: { cpu: '1' } }] } },
  ],
  [
    'how pods of a class make room',
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    { value: 7 },
    { preemptionPolicy: 'PreemptLowerPriority', metadata: { generation: 1 } },
  ],
  [
    'how volumes of a class are made',
    '/apis/storage.k8s.io/v1/storageclasses',
    { provisioner: 'x' },
    { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  ],
  [
    'the port behind a service',
    `${core}/services`,
    { spec: { ports: [{ port: 80, targetPort: 0 }] } },
    { spec: { ports: [{ targetPort: 80 }] } },
  ],
])('fills in %s', async (_what, path, sent, filled) => {
  const { code, body } = await cluster.call('POST', `${path}?dryRun=All`, {
    metadata: { name: 'a' },
    ...sent,
  });
  expect([code, body]).toMatchObject([201, filled]);
});
