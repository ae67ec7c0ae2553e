import type { ContainerRequest, FieldContribution, Unit } from '@millrace/core';
import { isRunnerError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import type { PodWish } from './claim.ts';
import type { CompiledPod } from './compile-pod.ts';
import { compilePod } from './compile-pod.ts';
import { canonicalText } from './json-value.ts';
import { conflictMessage } from './pod-conflict.ts';

const container = (name: string, more: Partial<ContainerRequest> = {}): ContainerRequest => ({
  name,
  role: 'build',
  init: false,
  driven: false,
  variables: [],
  rank: 0,
  ...more,
});

const unitOf = (containers: readonly ContainerRequest[]): Unit => ({
  id: 'job',
  title: 'job',
  after: [],
  on: 'success',
  background: false,
  countsAsFailure: true,
  recreate: { when: 'never' },
  startTimeoutSeconds: 180,
  podName: 'pod-1',
  containers,
  work: { kind: 'container', container: 'build' },
});

const unit = unitOf([
  container('svc-0', { role: 'service', rank: 2 }),
  container('helper', { role: 'helper', rank: 1 }),
  container('build'),
  container('prepare', { role: 'init', init: true }),
]);

type Short = Omit<FieldContribution, 'kind' | 'source'> & {
  readonly source?: FieldContribution['source'];
};
const wish = (plugin: string, sequence: number, short: Short): PodWish => ({
  plugin,
  sequence,
  contribution: { kind: 'field', source: { plugin, configPath: `${plugin}.key` }, ...short },
});
const compile = (...contributions: readonly PodWish[]): CompiledPod =>
  compilePod({ unit, contributions });

describe('the frame of a pod', () => {
  it('has the containers of the unit by rank and name, those that run before the others apart', () => {
    const { manifest, provenance } = compile();
    expect(manifest).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'pod-1' },
      spec: {
        containers: [{ name: 'build' }, { name: 'helper' }, { name: 'svc-0' }],
        initContainers: [{ name: 'prepare' }],
      },
    });
    expect(Object.keys(manifest)).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
    expect(provenance['/metadata/name']).toEqual([
      { plugin: '@millrace/engine', source: 'unit job', value: 'pod-1' },
    ]);
  });

  it('refuses two containers of one name', () => {
    const twice = unitOf([container('build'), container('build')]);
    expect(() => compilePod({ unit: twice, contributions: [] })).toThrow(
      /two containers named "build"/,
    );
  });

  it.each([
    ['a container through the pod', { path: '/spec/containers/0/image', op: 'set', value: 'a' }],
    ['a container appended', { path: '/spec/initContainers', op: 'append', value: { name: 'x' } }],
    ['a list of containers merged', { path: '/spec', op: 'merge', value: { containers: [] } }],
    ['the name of the pod', { path: '/metadata', op: 'merge', value: { name: 'x' } }],
    ['the kind', { path: '/kind', op: 'set', value: 'Job' }],
    ['the spec as a whole', { path: '/spec', op: 'set', value: 1 }],
    ['the name of a container', { on: {}, path: '/name', op: 'set', value: 'x' }],
    ['a path that is no pointer', { path: 'spec/nodeName', op: 'set', value: 'x' }],
    ['a merge of a scalar', { path: '/spec/nodeName', op: 'merge', value: 'x' }],
    ['a keyed element without its key', { path: '/spec/volumes', op: 'append', value: {} }],
  ] satisfies readonly (readonly [string, Short])[])(
    'refuses %s and names the plugin',
    (_what, short) => {
      let thrown: unknown;
      try {
        compile(wish('acme', 0, short));
      } catch (error) {
        thrown = error;
      }
      expect(isRunnerError(thrown) && [thrown.code, thrown.blame, thrown.reason]).toEqual([
        'MILLRACE_E_BAD_CONTRIBUTION',
        'acme',
        'plugin_failed',
      ]);
    },
  );
});

describe('selectors', () => {
  const imagesOf = (on: FieldContribution['on'] & object): readonly string[] => {
    const { provenance } = compile(wish('p', 0, { on, path: '/image', op: 'set', value: 'i' }));
    return Object.keys(provenance).filter((pointer) => pointer.endsWith('/image'));
  };

  it.each([
    [
      {},
      [
        '/spec/containers/0/image',
        '/spec/containers/1/image',
        '/spec/containers/2/image',
        '/spec/initContainers/0/image',
      ],
    ],
    [{ role: ['service', 'helper'] }, ['/spec/containers/1/image', '/spec/containers/2/image']],
    [{ name: ['prepare'] }, ['/spec/initContainers/0/image']],
    [{ role: ['build'], name: ['helper'] }, []],
  ] as const)('%j', (on, expected) => {
    expect(imagesOf(on).toSorted()).toEqual(expected);
  });

  it('that choose nobody are reported when they name containers, and only then', () => {
    const { diagnostics } = compile(
      wish('p', 0, { on: { name: ['gone'] }, path: '/image', op: 'set', value: 'i' }),
      wish('p', 1, { on: { role: ['clone'] }, path: '/image', op: 'set', value: 'i' }),
    );
    expect(diagnostics.map(({ kind, message }) => [kind, message])).toEqual([
      ['no-container', '/image is set by p.key (p) for gone, which the pod has not'],
    ]);
  });
});

describe('scalars', () => {
  const set = (plugin: string, value: string, more: Partial<Short> = {}): PodWish =>
    wish(plugin, 0, { path: '/spec/nodeName', op: 'set', value, ...more });

  it('may be set to the same value by several', () => {
    const { manifest, provenance, conflicts } = compile(set('b', 'n'), set('a', 'n'));
    expect(manifest['spec']).toMatchObject({ nodeName: 'n' });
    expect(conflicts).toEqual([]);
    expect(provenance['/spec/nodeName']?.map(({ plugin }) => plugin)).toEqual(['a', 'b']);
  });

  it('set to different values conflict, and the message names plugins, sources and the fix', () => {
    const { conflicts, manifest } = compile(
      set('a', '1', {
        source: { plugin: 'a', configPath: 'k.a', position: { file: 'config.toml', line: 3 } },
      }),
      set('b', '2', { source: { plugin: 'b', variable: 'NODE' } }),
    );
    expect(manifest['spec']).not.toHaveProperty('nodeName');
    expect(conflicts.map((conflict) => conflictMessage(conflict))).toEqual([
      '/spec/nodeName of the pod is set to different values: a sets "1" by k.a (config.toml:3); b sets "2" by $NODE. ' +
        'Change or remove all but one of k.a (config.toml:3), $NODE, or have one of the plugins declare override.',
    ]);
  });

  it('with one override take it and remember what it displaced, last the one that counts', () => {
    const { manifest, provenance, conflicts } = compile(
      set('a', '1', { override: true }),
      set('b', '2'),
    );
    expect(manifest['spec']).toMatchObject({ nodeName: '1' });
    expect(conflicts).toEqual([]);
    expect(provenance['/spec/nodeName']?.map(({ value }) => value)).toEqual(['2', '1']);
  });

  it('with two overrides that differ conflict again', () => {
    const { conflicts } = compile(
      set('a', '1', { override: true }),
      set('b', '2', { override: true }),
      set('c', '3'),
    );
    expect(conflicts[0]?.values.map(({ plugin }) => plugin)).toEqual(['a', 'b']);
  });

  it('name the container and hide secret values in the message', () => {
    const { conflicts } = compile(
      wish('a', 0, {
        on: { name: ['build'] },
        path: '/image',
        op: 'set',
        value: 'x',
        secret: true,
      }),
      wish('b', 0, { on: {}, path: '/image', op: 'set', value: 'y' }),
    );
    const [message] = conflicts.map((conflict) => conflictMessage(conflict));
    expect(message).toContain('/image of container build');
    expect(message).not.toMatch(/"x"|"y"/);
  });
});

describe('objects', () => {
  it('come together by leaf, whether set as a parent, merged, or set below', () => {
    const { manifest, conflicts, provenance } = compile(
      wish('a', 0, {
        path: '/spec/securityContext',
        op: 'set',
        value: { fsGroup: 1, seLinux: { level: 's' } },
      }),
      wish('b', 0, { path: '/spec/securityContext/runAsUser', op: 'set', value: 2 }),
      wish('c', 0, {
        path: '/spec/securityContext',
        op: 'merge',
        value: { fsGroup: 1, empty: {} },
      }),
    );
    expect(conflicts).toEqual([]);
    expect(manifest['spec']).toMatchObject({
      securityContext: { fsGroup: 1, runAsUser: 2, seLinux: { level: 's' }, empty: {} },
    });
    expect(provenance['/spec/securityContext/fsGroup']).toHaveLength(2);
  });

  it('that are empty stay, and do not hide what others set below', () => {
    const { manifest, conflicts } = compile(
      wish('a', 0, { path: '/spec/affinity', op: 'set', value: {} }),
      wish('a', 1, { path: '/spec/resources', op: 'set', value: {} }),
      wish('b', 0, { path: '/spec/resources/limits/cpu', op: 'set', value: '1' }),
    );
    expect(conflicts).toEqual([]);
    expect(manifest['spec']).toMatchObject({ affinity: {}, resources: { limits: { cpu: '1' } } });
  });

  it('with keys that need escaping are one member', () => {
    const { provenance } = compile(
      wish('a', 0, {
        path: '/metadata/labels',
        op: 'merge',
        value: { 'a/b~c': '1', ['__proto__']: '2' },
      }),
    );
    expect(Object.keys(provenance)).toContain('/metadata/labels/a~1b~0c');
    expect(Object.keys(provenance)).toContain('/metadata/labels/__proto__');
  });

  it('and scalars for one field conflict', () => {
    const { conflicts } = compile(
      wish('a', 0, { path: '/spec/affinity', op: 'set', value: 'x' }),
      wish('b', 0, { path: '/spec/affinity/nodeAffinity', op: 'set', value: {} }),
    );
    expect(conflicts).toMatchObject([
      { path: '/spec/affinity', values: [{ plugin: 'a' }, { plugin: 'b' }] },
    ]);
  });

  it('that stand for what only the run knows are one value', () => {
    const uid = { $millrace: 'uid', of: 'job' };
    const { provenance } = compile(
      wish('a', 0, { path: '/metadata/labels/uid', op: 'set', value: uid }),
    );
    expect(provenance['/metadata/labels/uid']).toMatchObject([{ value: uid }]);
  });
});

describe('lists', () => {
  const append = (
    plugin: string,
    path: string,
    value: FieldContribution['value'],
    more: Partial<Short> = {},
  ): PodWish => wish(plugin, 0, { path, op: 'append', value, ...more });

  it('are ordered by rank, then plugin, then the plugin itself, and keep what is said twice', () => {
    const { manifest, provenance } = compile(
      append('b', '/spec/tolerations', { key: 'b' }),
      append('a', '/spec/tolerations', { key: 'b' }),
      append('z', '/spec/tolerations', { key: 'z' }, { rank: -1 }),
      append('c', '/spec/tolerations', { key: 'c' }, { rank: 1 }),
    );
    expect(manifest['spec']).toMatchObject({
      tolerations: [{ key: 'z' }, { key: 'b' }, { key: 'b' }, { key: 'c' }],
    });
    expect(provenance['/spec/tolerations/1']).toMatchObject([{ plugin: 'a' }]);
  });

  it('with a key report what is equal and refuse what differs', () => {
    const { manifest, diagnostics, conflicts } = compile(
      append('a', '/spec/volumes', { name: 'x', emptyDir: {} }),
      append('b', '/spec/volumes', { emptyDir: {}, name: 'x' }),
      append('a', '/spec/volumes', { name: 'y', emptyDir: {} }, { rank: 1 }),
      append('b', '/spec/volumes', { name: 'y', hostPath: {} }),
    );
    expect(manifest['spec']).toMatchObject({ volumes: [{ name: 'x', emptyDir: {} }] });
    expect(diagnostics).toMatchObject([{ kind: 'duplicate', path: '/spec/volumes[name=x]' }]);
    expect(conflicts).toMatchObject([
      { path: '/spec/volumes[name=y]', values: [{ plugin: 'b' }, { plugin: 'a' }] },
    ]);
  });

  it('with a key take an override in the place of what it displaced', () => {
    const { manifest, provenance } = compile(
      append('a', '/env', { name: 'A', value: '1' }, { on: { name: ['build'] } }),
      append(
        'b',
        '/env',
        { name: 'A', value: '2' },
        { on: { name: ['build'] }, override: true, rank: 9 },
      ),
      append('c', '/env', { name: 'C' }, { on: {} }),
    );
    expect(manifest['spec']).toMatchObject({
      containers: [
        { env: [{ name: 'A', value: '2' }, { name: 'C' }] },
        { env: [{ name: 'C' }] },
        {},
      ],
      initContainers: [{ env: [{ name: 'C' }] }],
    });
    expect(provenance['/spec/containers/0/env/0']).toMatchObject([
      { plugin: 'a' },
      { plugin: 'b' },
    ]);
  });

  it('that are sets have each value once, by rank, then text', () => {
    const { manifest } = compile(
      append('a', '/metadata/finalizers', 'b'),
      append('b', '/metadata/finalizers', 'a'),
      append('c', '/metadata/finalizers', 'b'),
      append('c', '/metadata/finalizers', 'z', { rank: -1 }),
    );
    expect(manifest.metadata).toMatchObject({ finalizers: ['z', 'a', 'b'] });
  });

  it('set as a whole are one value, and conflict with elements unless one side overrides', () => {
    const command = (override: boolean): PodWish =>
      wish('a', 0, {
        on: { name: ['build'] },
        path: '/command',
        op: 'set',
        value: ['sh'],
        override,
      });
    const element = append('b', '/command', 'x', { on: { name: ['build'] } });
    expect(compile(command(false), element).conflicts).toMatchObject([
      { path: '/command', container: 'build' },
    ]);
    const { manifest, conflicts } = compile(command(true), element);
    expect(conflicts).toEqual([]);
    expect(manifest['spec']).toMatchObject({ containers: [{ command: ['sh'] }, {}, {}] });
  });

  it('set to nothing are there, and take elements', () => {
    const none = wish('a', 0, { path: '/spec/tolerations', op: 'set', value: [] });
    expect(compile(none).manifest['spec']).toMatchObject({ tolerations: [] });
    expect(compile(none).provenance['/spec/tolerations']).toMatchObject([{ plugin: 'a' }]);
    const { manifest, conflicts } = compile(none, append('b', '/spec/tolerations', { key: 'b' }));
    expect(conflicts).toEqual([]);
    expect(manifest['spec']).toMatchObject({ tolerations: [{ key: 'b' }] });
  });

  it('may be merged differently by a peer, in any container or only in those before', () => {
    const contributions = [
      append('a', '/env', { name: 'A', value: '1' }, { on: {} }),
      append('b', '/env', { name: 'A', value: '2' }, { on: {} }),
    ];
    const conflictsWith = (pattern: string): readonly (string | undefined)[] =>
      compilePod({
        unit,
        contributions,
        lists: { [pattern]: { policy: 'ordered' } },
      }).conflicts.map(({ container: name }) => name);
    expect(conflictsWith('/spec/containers/*/env')).toEqual([]);
    expect(conflictsWith('/spec/initContainers/*/env')).toEqual(['build', 'helper', 'svc-0']);
    expect(conflictsWith('/spec/containers/build/env')).toEqual(['helper', 'svc-0', 'prepare']);
  });

  it('merge as Kubernetes does, but a port may serve two protocols', () => {
    const { manifest, conflicts } = compile(
      append('a', '/ports', { containerPort: 53, protocol: 'UDP' }, { on: { name: ['build'] } }),
      append('b', '/ports', { containerPort: 53, protocol: 'TCP' }, { on: { name: ['build'] } }),
    );
    expect(conflicts).toEqual([]);
    expect(manifest['spec']).toMatchObject({ containers: [{ ports: [{}, {}] }, {}, {}] });
  });

  it('of elements that override a list set as a whole remember it, and hide both when an element is secret', () => {
    const { manifest, provenance, secrets } = compile(
      wish('a', 0, { on: { name: ['build'] }, path: '/args', op: 'set', value: ['x'] }),
      append('b', '/args', 'y', { on: { name: ['build'] }, override: true, secret: true }),
    );
    expect(manifest['spec']).toMatchObject({ containers: [{ args: ['y'] }, {}, {}] });
    expect(provenance['/spec/containers/0/args']?.map(({ plugin }) => plugin)).toEqual(['a', 'b']);
    expect(secrets).toContain('/spec/containers/0/args');
  });

  it('mark secrets without hiding the key', () => {
    const { secrets } = compile(
      append('a', '/env', { name: 'A', value: '1' }, { on: { name: ['build'] }, secret: true }),
      append('a', '/args', '1', { on: { name: ['build'] }, secret: true }),
    );
    expect(secrets).toEqual(['/spec/containers/0/args/0', '/spec/containers/0/env/0/value']);
  });
});

/** A small deterministic generator, so that a failing case can be repeated. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

function shuffled<T>(items: readonly T[], random: (below: number) => number): readonly T[] {
  const rest = [...items];
  const out: T[] = [];
  while (rest.length > 0) out.push(...rest.splice(random(rest.length), 1));
  return out;
}

it('gives the same bytes in whatever order the plugins are asked', () => {
  const paths = [
    '/spec/volumes',
    '/metadata/finalizers',
    '/spec/tolerations',
    '/spec/nodeSelector',
    '/metadata/labels',
  ];
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomOf(seed);
    const wishes = Array.from({ length: 40 }, (_, sequence): PodWish => {
      const path = paths[random(paths.length)] ?? '';
      const name = `k${random(4)}`;
      const more = { rank: random(3), override: random(5) === 0, secret: random(7) === 0 };
      const plugin = `p${random(4)}`;
      if (random(4) === 0) {
        return wish(plugin, sequence, {
          on: {},
          path: '/env',
          op: 'append',
          value: { name, value: `${random(2)}` },
          ...more,
        });
      }
      return path.endsWith('s') && !path.endsWith('labels')
        ? wish(plugin, sequence, { path, op: 'append', value: { name, v: random(2) }, ...more })
        : wish(plugin, sequence, { path, op: 'merge', value: { [name]: `${random(2)}` }, ...more });
    });
    const expected = JSON.stringify(compile(...wishes));
    for (let round = 0; round < 5; round++) {
      expect(JSON.stringify(compile(...shuffled(wishes, random)))).toBe(expected);
    }
  }
});

it('has a source for every leaf', () => {
  const { manifest, provenance } = compile(
    wish('a', 0, { path: '/spec', op: 'merge', value: { a: { b: [1] }, c: {} } }),
  );
  expect(canonicalText(manifest)).toContain('"c":{}');
  expect(Object.keys(provenance)).toEqual(expect.arrayContaining(['/spec/a/b', '/spec/c']));
});
