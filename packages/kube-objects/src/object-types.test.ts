import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { FieldSpec } from './field-spec.ts';
import { objectFields } from './object-fields.generated.ts';
import { elementOf, fieldAt, isObjectType } from './object-types.ts';

it.each<[string, readonly string[], FieldSpec | undefined]>([
  [
    'Pod',
    ['spec', 'containers'],
    { type: 'list', of: 'Container', merge: true, key: 'name', required: true },
  ],
  [
    'Pod',
    ['spec', 'containers', 'build', 'env'],
    { type: 'list', of: 'EnvVar', merge: true, key: 'name' },
  ],
  [
    'Pod',
    ['spec', 'initContainers', '0', 'volumeMounts'],
    { type: 'list', of: 'VolumeMount', merge: true, key: 'mountPath' },
  ],
  [
    'Pod',
    ['spec', 'ephemeralContainers', 'x', 'ports'],
    { type: 'list', of: 'ContainerPort', merge: true, key: 'containerPort' },
  ],
  [
    'Pod',
    ['spec', 'topologySpreadConstraints'],
    { type: 'list', of: 'TopologySpreadConstraint', merge: true, key: 'topologyKey' },
  ],
  ['Pod', ['spec', 'tolerations'], { type: 'list', of: 'Toleration' }],
  ['Pod', ['spec', 'tolerations', '0', 'tolerationSeconds'], { type: 'int64' }],
  ['Pod', ['spec', 'readinessGates', '0', 'conditionType'], { type: 'string', required: true }],
  ['Pod', ['spec', 'overhead', 'cpu'], { type: 'quantity' }],
  ['Pod', ['spec', 'dnsConfig', 'searches', '0'], { type: 'string' }],
  [
    'Pod',
    [
      'spec',
      'affinity',
      'podAntiAffinity',
      'preferredDuringSchedulingIgnoredDuringExecution',
      '0',
      'weight',
    ],
    { type: 'int32', required: true },
  ],
  ['Pod', ['spec', 'securityContext', 'sysctls', '0', 'name'], { type: 'string', required: true }],
  ['Pod', ['metadata', 'labels', 'a/b'], { type: 'string' }],
  ['Pod', ['metadata', 'finalizers'], { type: 'list', of: 'string', merge: true }],
  ['Pod', ['metadata', 'creationTimestamp'], { type: 'time' }],
  ['Container', ['livenessProbe', 'httpGet', 'port'], { type: 'intOrString', required: true }],
  ['Container', ['lifecycle', 'preStop', 'exec', 'command'], { type: 'list', of: 'string' }],
  ['Container', ['resources', 'limits', 'nvidia.com/gpu'], { type: 'quantity' }],
  ['Volume', ['emptyDir', 'sizeLimit'], { type: 'quantity' }],
  [
    'Volume',
    ['projected', 'sources', '0', 'serviceAccountToken', 'expirationSeconds'],
    { type: 'int64' },
  ],
  ['Deployment', ['spec', 'template', 'spec', 'hostNetwork'], { type: 'boolean' }],
  ['Pod', ['spec', 'nope'], undefined],
  ['Pod', ['spec', '__proto__'], undefined],
  ['Pod', ['spec', 'hostname', 'deeper'], undefined],
  ['Widget', ['spec'], undefined],
])('%s.%j is %j', (type, path, expected) => {
  expect(fieldAt(type, path)).toEqual(expected);
});

it('describes every type that a field refers to', () => {
  const scalars = [
    'string',
    'int32',
    'int64',
    'number',
    'boolean',
    'quantity',
    'intOrString',
    'time',
    'any',
  ];
  const referred = Object.values(objectFields).flatMap((fields) =>
    Object.values(fields).map(({ of }) => of),
  );
  for (const name of referred)
    expect(name === undefined || scalars.includes(name) || isObjectType(name)).toBe(true);
});

it('gives elements only to lists and maps', () => {
  expect(elementOf({ type: 'string' })).toBeUndefined();
  expect(elementOf({ type: 'map', of: 'quantity' })).toEqual({ type: 'quantity' });
});

it('is what the generator writes for the installed client library', async () => {
  const generator = (await import(new URL('../generate/pod-fields.mjs', import.meta.url).href)) as {
    readonly generateFields: () => Promise<string>;
  };
  const committed = await readFile(new URL('object-fields.generated.ts', import.meta.url), 'utf8');
  expect(await generator.generateFields()).toBe(committed);
});
