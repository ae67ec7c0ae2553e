import type { JsonObject, JsonValue } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { podOf, podsPath, startFixture, type Fixture } from '../fixture.test.helpers.ts';

let cluster: Fixture;
beforeEach(async () => {
  cluster = await startFixture();
});
afterEach(() => cluster.close());

const container = (fields: JsonObject = {}): JsonObject => ({
  name: 'build',
  image: 'alpine:3.20',
  ...fields,
});
const create = (spec: JsonObject, query = ''): ReturnType<Fixture['call']> =>
  cluster.call('POST', `${podsPath}${query}`, podOf('p', spec));

interface SpecView {
  readonly spec: {
    readonly volumes: readonly JsonObject[];
    readonly containers: readonly JsonObject[];
  } & JsonObject;
}

describe('defaults', () => {
  it.each([
    ['a', 'Always'],
    ['a:latest', 'Always'],
    ['registry:5000/a', 'Always'],
    ['a:1', 'IfNotPresent'],
    [`a@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
  ])('pulls %s %s', async (image, imagePullPolicy) => {
    expect((await create({ containers: [container({ image })] })).body).toMatchObject({
      spec: { containers: [{ imagePullPolicy }] },
    });
  });

  it('mounts a service account token into every container, unless told not to', async () => {
    const { body } = await create({ initContainers: [container({ name: 'init' })] });
    const { spec } = body as unknown as SpecView;
    const [volume] = spec.volumes;
    expect(volume).toMatchObject({
      name: expect.stringMatching(/^kube-api-access-/u) as string,
      projected: {
        sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }, {}, {}],
      },
    });
    const mount = {
      name: volume?.['name'],
      readOnly: true,
      mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    };
    expect(body).toMatchObject({
      spec: {
        initContainers: [{ volumeMounts: [mount] }],
        containers: [{ volumeMounts: [mount] }],
      },
    });
    const without = await cluster.call(
      'POST',
      podsPath,
      podOf('q', { automountServiceAccountToken: false }),
    );
    expect(without.body['spec']).not.toHaveProperty('volumes');
  });

  it.each<[string, JsonObject, string]>([
    ['BestEffort', {}, 'BestEffort'],
    ['Burstable', { requests: { cpu: '1' } }, 'Burstable'],
    [
      'Guaranteed when limits stand for both',
      { limits: { cpu: '1', memory: '1Gi' } },
      'Guaranteed',
    ],
  ])('computes the quality of service: %s', async (_name, resources, qosClass) => {
    expect((await create({ containers: [container({ resources })] })).body).toMatchObject({
      status: { qosClass },
    });
  });

  it('resolves priority classes', async () => {
    await cluster.call('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {
      metadata: { name: 'high' },
      value: 1000,
    });
    expect((await create({ priorityClassName: 'high' })).body).toMatchObject({
      spec: { priority: 1000, preemptionPolicy: 'PreemptLowerPriority' },
    });
  });
});

describe('decoding', () => {
  it('drops unknown fields and says so in a Warning header', async () => {
    const { code, body, headers } = await create({
      nope: 1,
      containers: [container({ typo: true })],
    });
    expect(code).toBe(201);
    expect(body['spec']).not.toHaveProperty('nope');
    expect(headers.get('warning')).toBe(
      String.raw`299 - "unknown field \"spec.containers[0].typo\"", 299 - "unknown field \"spec.nope\""`,
    );
  });

  it('refuses unknown fields when asked to be strict', async () => {
    expect(await create({ nope: 1 }, '?fieldValidation=Strict')).toMatchObject({
      code: 400,
      body: {
        message:
          'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.nope"',
      },
    });
  });

  it.each<[JsonObject, string]>([
    [
      { containers: [container({ image: 5 })] },
      'json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string',
    ],
    [
      { containers: 'x' },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      { containers: [container({ resources: { limits: { cpu: 'x' } } })] },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])('refuses values of the wrong type (%#)', async (spec, message) => {
    expect(await create(spec)).toMatchObject({
      code: 400,
      body: { message: `Pod in version "v1" cannot be handled as a Pod: ${message}` },
    });
  });
});

describe('validation', () => {
  it.each<[string, JsonObject, string, string]>([
    ['no container', { containers: [] }, 'spec.containers', 'Required value'],
    [
      'two containers of one name',
      { containers: [container(), container()] },
      'spec.containers[1].name',
      'Duplicate value: "build"',
    ],
    [
      'an init container of the same name',
      { initContainers: [container()] },
      'spec.initContainers[0].name',
      'Duplicate value: "build"',
    ],
    ['no image', { containers: [{ name: 'build' }] }, 'spec.containers[0].image', 'Required value'],
    [
      'an unknown volume',
      { containers: [container({ volumeMounts: [{ name: 'x', mountPath: '/a' }] })] },
      'spec.containers[0].volumeMounts[0].name',
      'Not found: "x"',
    ],
    [
      'one path twice',
      {
        volumes: [{ name: 'v' }],
        containers: [
          container({
            volumeMounts: [
              { name: 'v', mountPath: '/a' },
              { name: 'v', mountPath: '/a' },
            ],
          }),
        ],
      },
      'spec.containers[0].volumeMounts[1].mountPath',
      'Invalid value: "/a": must be unique',
    ],
    [
      'two volumes of one name',
      { volumes: [{ name: 'v' }, { name: 'v' }] },
      'spec.volumes[1].name',
      'Duplicate value: "v"',
    ],
    [
      'two sources of one volume',
      { volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] },
      'spec.volumes[0].hostPath',
      'Forbidden: may not specify more than 1 volume type',
    ],
    [
      'a restart policy of one’s own',
      { restartPolicy: 'Sometimes' },
      'spec.restartPolicy',
      'Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ],
    [
      'more requested than allowed',
      { containers: [container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } })] },
      'spec.containers[0].resources.requests',
      'Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      'a deadline of zero',
      { activeDeadlineSeconds: 0 },
      'spec.activeDeadlineSeconds',
      'Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ],
    [
      'an alias that is no address',
      { hostAliases: [{ ip: 'x', hostnames: ['y'] }] },
      'spec.hostAliases[0].ip',
      'Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [
      'a toleration of what no taint can be',
      { tolerations: [{ key: 'gpu', value: 'b=c', effect: 'NoSchedule' }] },
      'spec.tolerations[0].operator',
      `Invalid value: "b=c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
    [
      'a toleration whose key is no label’s',
      { tolerations: [{ key: '""', operator: 'Exists' }] },
      'spec.tolerations[0].key',
      String.raw`Invalid value: "\"\"": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
    [
      'a time limit for a toleration that evicts nothing',
      {
        tolerations: [
          { key: 'gpu', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 3 },
        ],
      },
      'spec.tolerations[0].effect',
      'Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
    ],
  ])('refuses %s', async (_what, spec, field, message) => {
    const { code, body } = await create(spec);
    expect(code).toBe(422);
    expect(body).toMatchObject({
      reason: 'Invalid',
      message: `Pod "p" is invalid: ${field}: ${message}`,
      details: { name: 'p', kind: 'Pod', causes: [{ field, message }] },
    });
  });

  it('allows the same variable twice', async () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ];
    expect((await create({ containers: [container({ env })] })).code).toBe(201);
  });

  it('lists all faults in one answer', async () => {
    const { body } = await cluster.call('POST', podsPath, {
      metadata: { name: 'Bad_Name', labels: { 'a b': 'x' } },
      spec: { containers: [] },
    });
    expect(body).toMatchObject({
      message: expect.stringMatching(
        /^Pod "Bad_Name" is invalid: \[metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/u,
      ) as string,
    });
    expect((body['details'] as { causes: JsonValue[] }).causes).toHaveLength(3);
  });
});

describe('rules of the cluster', () => {
  it.each<[string, JsonObject, string]>([
    [
      'a service account that is not there',
      { serviceAccountName: 'nope' },
      'pods "p" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found',
    ],
    [
      'a priority class that is not there',
      { priorityClassName: 'nope' },
      'pods "p" is forbidden: no PriorityClass with name nope was found',
    ],
  ])('refuses %s', async (_what, spec, message) => {
    expect(await create(spec)).toMatchObject({ code: 403, body: { reason: 'Forbidden', message } });
  });

  it('enforces quotas and shows what is used', async () => {
    const quotas = '/api/v1/namespaces/default/resourcequotas';
    await cluster.call('POST', quotas, {
      metadata: { name: 'q' },
      spec: { hard: { pods: '1', 'requests.cpu': '1' } },
    });
    expect((await create({})).body).toMatchObject({
      message: 'pods "p" is forbidden: failed quota: q: must specify requests.cpu for: build',
    });
    const containers = [container({ resources: { requests: { cpu: '600m' } } })];
    expect((await create({ containers })).code).toBe(201);
    const { code, body } = await cluster.call('POST', podsPath, podOf('second', { containers }));
    expect([code, body['message']]).toEqual([
      403,
      'pods "second" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=600m, used: pods=1,requests.cpu=600m, limited: pods=1,requests.cpu=1',
    ]);
    expect((await cluster.call('GET', `${quotas}/q`)).body['status']).toEqual({
      hard: { pods: '1', 'requests.cpu': '1' },
      used: { pods: '1', 'requests.cpu': '600m' },
    });
  });

  it('refuses new content in a namespace that is going away', async () => {
    await cluster.call('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
    await cluster.call('POST', '/api/v1/namespaces/team/configmaps', {
      metadata: { name: 'hold', finalizers: ['example.com/hold'] },
    });
    await cluster.call('DELETE', '/api/v1/namespaces/team');
    const { code, body } = await cluster.call('POST', '/api/v1/namespaces/team/pods', podOf('p'));
    expect(code).toBe(403);
    expect(body).toMatchObject({
      message:
        'pods "p" is forbidden: unable to create new content in namespace team because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
  });
});
