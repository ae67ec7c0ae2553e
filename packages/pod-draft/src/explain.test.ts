import type { KubeObject, Plan, PlannedManifest, PlannedObject, Unit } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { creationOrder } from './creation-order.ts';
import { explainJson } from './explain-json.ts';
import { explainTable } from './explain-table.ts';
import { redact } from './redact.ts';

const object = (kind: string, name: string, more: Partial<KubeObject> = {}): PlannedManifest => ({
  manifest: { apiVersion: 'v1', kind, metadata: { name }, ...more },
  provenance: {},
  secrets: [],
});

const objectAt = (
  name: string,
  scope: PlannedObject['contribution']['scope'],
  when: 'before' | 'after',
): PlannedObject => ({
  contribution: { id: name, scope, when, deleteAt: 'job-end' },
  type: { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
  object: object('Secret', name),
});

const unit: Unit = {
  id: 'job',
  title: 'job',
  after: [],
  on: 'success',
  background: false,
  countsAsFailure: true,
  recreate: { when: 'never' },
  startTimeoutSeconds: 180,
  podName: 'pod-1',
  containers: [],
  work: { kind: 'container', container: 'build' },
};

const pod: PlannedManifest = {
  manifest: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod-1', namespace: 'ci' },
    spec: {
      containers: [
        {
          name: 'build',
          env: [
            { name: 'TOKEN', value: 'hidden-1' },
            { name: 'MASK', value: 'x masked-value y' },
          ],
        },
      ],
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'gpu' }],
      custom: true,
    },
  },
  provenance: {
    '/metadata/name': [{ plugin: '@millrace/engine', source: 'unit job', value: 'pod-1' }],
    '/spec/nodeSelector/disk': [
      {
        plugin: '@millrace/plugin-scheduling',
        source: 'runners.kubernetes.node_selector (config.toml:12)',
        value: 'hdd',
      },
      {
        plugin: '@millrace/plugin-scheduling',
        source: '$KUBERNETES_NODE_SELECTOR_DISK',
        value: 'ssd',
      },
    ],
    '/spec/tolerations/0': [{ plugin: 'acme', source: 'k', value: { key: 'gpu' } }],
    '/spec/affinity': [
      { plugin: 'acme', source: 'k', value: {} },
      { plugin: 'patch', source: 'pod_spec', value: null },
    ],
    '/spec/containers/0/env/0': [
      { plugin: 'old', source: 's', value: { name: 'TOKEN', value: 'hidden-0' } },
      { plugin: 'v', source: '$TOKEN', value: { name: 'TOKEN', value: 'hidden-1' } },
    ],
  },
  secrets: ['/spec/containers/0/env/0/value'],
};

const plan: Plan = {
  version: 1,
  job: {
    id: '1',
    name: 'j',
    namespace: 'ci',
    timeoutSeconds: 1,
    masks: ['', 'masked-value', 'masked'],
    plugins: [],
  },
  units: [{ unit, pod }],
  objects: [
    objectAt('job-after', 'job', 'after'),
    objectAt('unit-after', { unit: 'job' }, 'after'),
    objectAt('unit-before', { unit: 'job' }, 'before'),
    objectAt('job-before', 'job', 'before'),
  ],
  preconditions: [],
  decisions: [
    {
      subject: 'bearer token',
      value: 'hidden-2',
      source: '$T',
      plugin: 'p',
      allowed: true,
      reason: 'hidden-2 replaces the default',
      secret: true,
    },
  ],
  log: [
    { kind: 'say', code: 'a', text: 'Using masked-value ...' },
    { kind: 'warn', code: 'b', text: 'old server' },
  ],
  refused: null,
  facts: ['version 1.34'],
};

describe('the order of creation', () => {
  it('puts what a scope needs first before it, and what follows it after', () => {
    const names = creationOrder(plan).map(({ manifest }) => manifest.metadata.name);
    expect(names).toEqual(['job-before', 'unit-before', 'pod-1', 'unit-after', 'job-after']);
  });
});

describe('redaction', () => {
  it('replaces what is at the pointers and ignores pointers to nothing', () => {
    const secret: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {},
      data: { a: '1', 'b/c': '2' },
    };
    expect(redact(secret, ['/data/b~1c', '/data/none', '/x/0'])).toEqual({
      ...secret,
      data: { a: '1', 'b/c': '[REDACTED]' },
    });
  });
});

describe('the JSON explanation', () => {
  it('has objects, decisions, provenance, refusal and log lines', () => {
    const explained = explainJson(plan);
    expect(Object.keys(explained)).toEqual([
      'objects',
      'decisions',
      'provenance',
      'refused',
      'log',
    ]);
    expect(explained.objects).toHaveLength(5);
    expect(explained.provenance['2']?.['/spec/nodeSelector/disk']?.at(-1)?.value).toBe('ssd');
    expect(explained.log).toEqual(['Using [REDACTED] ...', 'WARNING: old server']);
    expect(Object.keys(explained.decisions[0] ?? {})).toEqual([
      'subject',
      'value',
      'source',
      'allowed',
      'reason',
    ]);
  });

  it('has no secret and no masked value anywhere unless they are asked for', () => {
    for (const text of [JSON.stringify(explainJson(plan)), explainTable(plan)]) {
      expect(text).not.toMatch(/hidden-|masked/);
    }
    expect(JSON.stringify(explainJson(plan, { showSecrets: true }))).toMatch(/hidden-2.*hidden-0/);
    expect(explainTable(plan, { showSecrets: true })).toMatch(/hidden-1/);
  });

  it('says a refusal and lines in the words of the peer', () => {
    const refused = { code: 'c', reason: 'refused', message: 'no', plugin: 'p' };
    const explained = explainJson(
      { ...plan, refused },
      { failureReason: () => 'runner_system_failure', logLine: ({ code }) => code },
    );
    expect(explained.refused).toEqual({ reason: 'runner_system_failure', message: 'no' });
    expect(explained.log).toEqual(['a', 'b']);
  });
});

describe('the table', () => {
  it('groups fields by area and says who set them, where, and instead of what', () => {
    const only = { ...plan, objects: [] };
    expect(explainTable(only).split('\n')).toEqual([
      'Pod pod-1 in ci',
      '  object',
      '    apiVersion         v1',
      '    kind               Pod',
      '  metadata',
      '    name               pod-1                                  engine      unit job',
      '    namespace          ci',
      '  scheduling',
      '    nodeSelector.disk  ssd                                    scheduling  $KUBERNETES_NODE_SELECTOR_DISK  instead of hdd of runners.kubernetes.node_selector (config.toml:12)',
      '    tolerations[gpu]   {"key":"gpu"}                          acme        k',
      '    affinity           (removed)                              patch       pod_spec                        instead of {} of k',
      '  other',
      '    custom             true',
      '  container build',
      '    name               build',
      '    env[TOKEN]         {"name":"TOKEN","value":"[REDACTED]"}  v           $TOKEN',
      '    env[MASK].name     MASK',
      '    env[MASK].value    "x [REDACTED] y"',
      '',
      'Decisions',
      '  allowed  bearer token  [REDACTED]  $T  [REDACTED] replaces the default',
      '',
      'Job log',
      '  Using [REDACTED] ...',
      '  WARNING: old server',
      '',
      'Facts about the cluster that were used',
      '  version 1.34',
      '',
    ]);
  });

  it('takes an object apart of which is only known who made it', () => {
    const made = object('Secret', 's', { data: { a: 'x' }, list: ['1', '2'] });
    const provenance = { '': [{ plugin: '@millrace/plugin-images', source: 'k', value: 'id' }] };
    const text = explainTable({
      ...plan,
      units: [],
      decisions: [],
      log: [],
      facts: [],
      objects: [{ ...objectAt('s', 'job', 'before'), object: { ...made, provenance } }],
    });
    expect(text.split('\n')).toEqual([
      'Secret s',
      '  object',
      '    apiVersion  v1         images  k',
      '    kind        Secret     images  k',
      '    data.a      x          images  k',
      '    list        ["1","2"]  images  k',
      '  metadata',
      '    name        s          images  k',
      '',
    ]);
  });

  it('is coloured only when asked to, and ends with the refusal', () => {
    const refused = {
      code: 'c',
      reason: 'refused',
      message: 'image x is not allowed',
      plugin: '@millrace/plugin-images',
      position: { file: 'config.toml', line: 4 },
    };
    const text = explainTable({ ...plan, units: [], objects: [], refused });
    expect(
      text.endsWith('Refused: refused\n  image x is not allowed\n  by images (config.toml:4)\n'),
    ).toBe(true);
    expect(text).not.toContain('\u001B');
    expect(explainTable(plan, { color: true })).toContain('\u001B[1mPod pod-1 in ci\u001B[0m');
  });
});
