import type { JsonObject, JsonValue } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import {
  explainSteps,
  firstSpec,
  podsOf,
  withOptions,
  type Backend,
  type Explained,
} from './explain.test.helper.ts';

/** Everything that steps may be allowed. */
const allowed: Backend = Object.fromEntries(
  [
    'POD_LABELS_ALLOW_FROM_STEP',
    'POD_ANNOTATIONS_ALLOW_FROM_STEP',
    'POD_NODE_SELECTOR_ALLOW_FROM_STEP',
    'POD_AFFINITY_ALLOW_FROM_STEP',
    'RUNTIME_CLASS_ALLOW_FROM_STEP',
    'SERVICE_ACCOUNT_NAME_ALLOW_FROM_STEP',
    'ALLOW_NATIVE_SECRETS',
  ].map((name) => [name, 'true']),
);
const explained = (options: JsonObject, step: JsonObject = {}): Promise<Explained> =>
  explainSteps([withOptions(options, step)], {
    ...allowed,
    POD_AFFINITY: '{nodeAffinity: {}}',
    POD_TOLERATIONS: '[{key: agent}]',
  });
const containerOf = (found: Explained): JsonObject =>
  (firstSpec(found)['containers'] as readonly JsonObject[])[0] ?? {};

describe('an option of an odd type is read as the agent reads it', () => {
  it.each<[JsonObject, JsonObject]>([
    [
      { nodeSelector: [{ a: 1 }, { b: null }] },
      { nodeSelector: { 'kubernetes.io/arch': 'amd64', a: '1', b: '' } },
    ],
    [{ runtimeClassName: 5 }, { runtimeClassName: '5' }],
    [{ runtimeClassName: null, serviceAccountName: true }, { serviceAccountName: '1' }],
    [{ hostUsers: 0 }, { hostUsers: false }],
    [{ hostUsers: '' }, { hostUsers: false }],
    [{ hostUsers: null }, {}],
    [{ tolerations: {} }, { tolerations: [{ key: 'agent' }] }],
    [{ tolerations: null }, { tolerations: [{ key: 'agent' }] }],
    [{ tolerations: [{}] }, { tolerations: [{}] }],
    [
      { tolerations: { key: 'a', tolerationSeconds: '0x10' } },
      { tolerations: [{ key: 'a', tolerationSeconds: 16 }] },
    ],
    [{ affinity: {} }, { affinity: {} }],
    [{ affinity: { nodeAffinity: null } }, { affinity: {} }],
    [
      { securityContext: { runAsUser: 1.9, runAsGroup: true, fsGroup: '' } },
      { securityContext: { runAsUser: 1, runAsGroup: 1, fsGroup: 0 } },
    ],
    [
      { securityContext: { runAsGroup: '010', runAsUser: -1, capabilities: null } },
      { securityContext: { runAsGroup: 8, runAsUser: -1, fsGroup: 1000 } },
    ],
    [
      { securityContext: { seccompProfile: { localhostProfile: 'p' }, apparmorProfile: {} } },
      { securityContext: { fsGroup: 1000 } },
    ],
  ])('%j', async (options, spec) => {
    const found = await explained(options);
    expect(found.refused).toBeNull();
    expect(found.log).toEqual([]);
    for (const [key, value] of Object.entries(spec)) expect(firstSpec(found)[key]).toEqual(value);
    if (Object.keys(spec).length === 0)
      for (const key of Object.keys(options)) expect(firstSpec(found)).not.toHaveProperty(key);
  });

  it('capabilities and quantities', async () => {
    const found = await explained({
      securityContext: { capabilities: { drop: 'ALL' }, allowPrivilegeEscalation: 'false' },
      resources: { limits: [{ cpu: 1 }, { memory: 1e9 }], requests: null },
    });
    expect(containerOf(found)).toMatchObject({
      securityContext: { capabilities: { drop: ['ALL'] }, allowPrivilegeEscalation: false },
      resources: { limits: { cpu: '1', memory: '1G' } },
    });
    expect(containerOf(found)).not.toHaveProperty('resources.requests');
  });

  it('labels and annotations', async () => {
    const found = await explained({
      labels: { a: true, b: 1.5, c: null },
      annotations: [{ d: 1 }],
    });
    expect(podsOf(found)[0]?.['metadata']).toMatchObject({
      labels: { a: '1', b: '1.5', c: '' },
      annotations: { d: '1' },
    });
  });
});

describe('an option that cannot be read is told', () => {
  it.each<[JsonObject, RegExp, JsonObject]>([
    [
      { securityContext: { runAsUser: 'x', runAsGroup: 5, fsGroup: 5 }, hostUsers: false },
      /securityContext\.runAsUser must be a number, not "x"; so nothing of securityContext counts/,
      { securityContext: { fsGroup: 1000 }, hostUsers: false },
    ],
    [
      { securityContext: { seccompProfile: 'RuntimeDefault', runAsUser: 5 } },
      /seccompProfile must be an object, not "RuntimeDefault"; so nothing of securityContext/,
      { securityContext: { fsGroup: 1000 } },
    ],
    [
      { securityContext: { capabilities: ['ALL'], runAsUser: 5 } },
      /capabilities must be an object, not \["ALL"\]; so nothing of securityContext counts/,
      { securityContext: { fsGroup: 1000 } },
    ],
    [
      { securityContext: ['x'] },
      /securityContext must be an object, not \["x"\]; it is left out/,
      { securityContext: { fsGroup: 1000 } },
    ],
    [
      {
        affinity: {
          podAffinity: {},
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: 'x' },
          },
        },
      },
      /nodeSelectorTerms\[0\] must be an object, not "x"; so nothing of affinity counts/,
      { affinity: { nodeAffinity: {} } },
    ],
    [
      { tolerations: ['x', { key: 'a' }] },
      /tolerations\[0\] must be an object, not "x"; it counts as an empty one/,
      { tolerations: [{}, { key: 'a' }] },
    ],
    [
      { tolerations: [null] },
      /tolerations\[0\] must be an object, not null; it counts as an empty one/,
      { tolerations: [{}] },
    ],
    [
      { tolerations: [{ key: 'a', tolerationSeconds: 'soon' }] },
      /tolerations\[0\]\.tolerationSeconds must be a number, not "soon"; it is left out/,
      { tolerations: [{ key: 'a' }] },
    ],
    [
      { nodeSelector: [{ a: 1 }, 'x', { b: 1 }] },
      /nodeSelector\[1\] must be an object, not "x"; it/,
      { nodeSelector: { 'kubernetes.io/arch': 'amd64', a: '1' } },
    ],
  ])('%j', async (options, warning, spec) => {
    const found = await explained(options);
    expect(found.refused).toBeNull();
    expect(found.log).toEqual([expect.stringMatching(warning)]);
    expect(firstSpec(found)).toMatchObject(spec);
    if ('securityContext' in spec)
      expect(firstSpec(found)['securityContext']).toEqual(spec['securityContext']);
  });
});

describe('a secret of the cluster', () => {
  const withSecrets = (secrets: JsonValue): Promise<Explained> => explained({ secrets });

  it.each<[JsonValue, JsonObject]>([
    [{ name: 'a' }, { envFrom: [{ secretRef: { name: 'a' } }] }],
    [[{ name: 'a', key: 'k_e' }], { K_E: { name: 'a', key: 'k_e' } }],
    [[{ name: 'a', key: 'k', target: { env: 'x' } }], { x: { name: 'a', key: 'k' } }],
    [[{ name: 'a', key: 'k', target: null }], { K: { name: 'a', key: 'k' } }],
  ])('%j is a variable', async (secrets, expected) => {
    const found = await withSecrets(secrets);
    const { envFrom, env } = containerOf(found);
    const references = (env as readonly { name: string; valueFrom?: JsonObject }[])
      .filter(({ valueFrom }) => valueFrom !== undefined)
      .map(({ name, valueFrom }) => [name, valueFrom?.['secretKeyRef']]);
    expect(envFrom === undefined ? Object.fromEntries(references) : { envFrom }).toEqual(expected);
    expect(found.log).toEqual([]);
  });

  it('is a file under a name that a volume can have', async () => {
    const found = await withSecrets([{ name: 'A_b', target: { file: '/x', env: 'NOT' } }]);
    expect(firstSpec(found)['volumes']).toContainEqual({
      name: 'a-b',
      secret: { secretName: 'A_b' },
    });
    expect(containerOf(found)['volumeMounts']).toContainEqual({
      name: 'a-b',
      mountPath: '/x',
      readOnly: true,
      subPath: '',
    });
  });

  it.each<[JsonValue, RegExp]>([
    [[{ name: 'a', target: { env: 'X' } }], /step step-1: .*secrets\[0\] has no key, so/],
    [[{ key: 'a' }], /step step-1: .*secrets\[0\] has no name, so the API server will refuse/],
  ])('%j is sent as the agent sends it, and told', async (secrets, warning) => {
    const found = await withSecrets(secrets);
    expect(podsOf(found)).toHaveLength(1);
    expect(found.log).toEqual([expect.stringMatching(warning)]);
  });

  it('without a name that a volume can have fails its step', async () => {
    const found = await withSecrets([{ name: '!!!', target: { file: '/x' } }]);
    expect(podsOf(found)).toEqual([]);
    expect(found.log).toEqual([
      expect.stringMatching(/will fail .*: name is not a valid kubernetes DNS name: "!!!"; write/),
    ]);
  });
});

describe('volumes that the API server will refuse are sent and told', () => {
  it.each<[JsonObject, JsonObject, RegExp]>([
    [{}, { volumes: ['cache.v1:/x'] }, /no volume can be named cache\.v1: must not contain dots/],
    [{}, { volumes: ['cache:/a', 'Cache:/b:ro'] }, /named cache: two volumes have this name/],
    [{}, { volumes: [`${'c'.repeat(64)}:/a`] }, /must be no more than 63 characters/],
    [
      { secrets: [{ name: 'cache', key: 'k', target: { file: '/f' } }] },
      { volumes: ['cache:/a'] },
      /named cache: two volumes have this name; name each claim and secret once/,
    ],
  ])('%j %j', async (options, step, warning) => {
    const found = await explained(options, step);
    expect(podsOf(found)).toHaveLength(1);
    expect(found.log).toEqual([expect.stringMatching(warning)]);
  });

  it('but not the workspace that a service does without', async () => {
    const found = await explained(
      { workspaceVolume: 'false' },
      { type: 'service', name: 'db', volumes: ['x.y:/woodpecker', 'cache:/c'] },
    );
    expect(firstSpec(found)['volumes']).toMatchObject([{ name: 'cache' }]);
    expect(found.log).toEqual([]);
  });
});
