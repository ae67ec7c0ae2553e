import type { JsonObject, KubeObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { isAboutThePlan, judge, type Explained, type JudgedCase } from './judge.ts';

const pod = (spec: JsonObject, metadata: JsonObject = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'runner-a-project-1-concurrent-0-abcdefgh', ...metadata },
  spec,
});
const recorded = (part: Partial<JudgedCase>): JudgedCase => ({
  objects: [pod({})],
  result: { pod_created: true },
  trace: '',
  cluster: {},
  ...part,
});
const ours = (part: Partial<Explained>): Explained => ({
  objects: [pod({})],
  refused: null,
  log: [],
  ...part,
});
const build = (container: JsonObject, name = 'build'): JsonObject => ({
  containers: [{ name, ...container }],
});
/** Paths at which two pods differ. */
const paths = (expected: KubeObject, got: KubeObject): readonly string[] =>
  judge(recorded({ objects: [expected] }), ours({ objects: [got] })).map(
    (line) => line.split(': expected')[0] ?? line,
  );
const mount = (mountPath: string, name = 'v'): JsonObject => ({ mountPath, name });
const env = (name: string, value: string): JsonObject => ({ name, value });

describe('a difference that does not count', () => {
  it.each<[string, KubeObject, KubeObject]>([
    [
      'random end of the name',
      pod({}),
      pod({}, { name: 'runner-a-project-1-concurrent-0-hgfedcba' }),
    ],
    [
      'fields of the server and owners',
      pod({}, { creationTimestamp: null, uid: 'u', resourceVersion: '1', ownerReferences: [{}] }),
      pod({}),
    ],
    ['status', { ...pod({}), status: { phase: 'Running' } }, pod({})],
    [
      'empty instead of absent',
      pod({ affinity: {}, resources: { a: [] }, hostNetwork: false, priority: 0, x: '', y: null }),
      pod({}),
    ],
    [
      'our label',
      pod({}, { labels: { a: 'b' } }),
      pod({}, { labels: { a: 'b', 'millrace.dev/job': '1' } }),
    ],
    ['our only label', pod({}), pod({}, { labels: { 'millrace.dev/job': '1' } })],
    ['our variable', pod(build({})), pod(build({ env: [env('MILLRACE_EPOCH', '1')] }))],
    [
      'our volume and its mount',
      pod(build({})),
      pod({
        ...build({ volumeMounts: [mount('/millrace', 'millrace-session')] }),
        volumes: [{ name: 'millrace-session', emptyDir: {} }],
      }),
    ],
    [
      'our container',
      pod(build({})),
      pod({ containers: [{ name: 'build' }, { name: 'millrace-relay', image: 'i' }] }),
    ],
    [
      'our way to start stages, where the recorded one is the bootstrap',
      pod(build({ command: ['sh', '-c', '<SHELL-DETECT>'] })),
      pod(build({ command: ['sh', '-c', 'ours'], args: ['x'] })),
    ],
    [
      'no container for permissions',
      pod({ initContainers: [{ name: 'init-permissions', image: 'i' }] }),
      pod({}),
    ],
    [
      'version of the runner',
      pod(build({ env: [env('CI_RUNNER_VERSION', '19.4.0')] })),
      pod(build({ env: [env('CI_RUNNER_VERSION', '19.5.0')] })),
    ],
    [
      'version of the helper image',
      pod(build({ image: 'r/gitlab-runner-helper:x86_64-v19.4.0' })),
      pod(build({ image: 'r/gitlab-runner-helper:x86_64-v19.5.1' })),
    ],
    [
      'order of what the server keys',
      pod(build({ env: [env('A', '1'), env('B', '2')], volumeMounts: [mount('/a'), mount('/b')] })),
      pod(build({ env: [env('B', '2'), env('A', '1')], volumeMounts: [mount('/b'), mount('/a')] })),
    ],
    [
      'order of tolerations and capabilities',
      pod({
        tolerations: [{ key: 'a' }, { key: 'b', operator: 'Exists' }],
        securityContext: { capabilities: { add: ['A', 'B'] } },
      }),
      pod({
        tolerations: [{ operator: 'Exists', key: 'b', value: '' }, { key: 'a' }],
        securityContext: { capabilities: { add: ['B', 'A'] } },
      }),
    ],
  ])('%s', (_what, expected, got) => {
    expect(paths(expected, got)).toEqual([]);
  });

  it('random end of the name of a proxy Service', () => {
    const service = (name: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
    });
    const compare = (a: string, b: string): readonly string[] =>
      judge(recorded({ objects: [service(a)] }), ours({ objects: [service(b)] }));
    expect(compare('build-x1v8k2nk', 'build-owhkr44n')).toEqual([]);
    expect(compare('build-x1v8k2nk', 'web-owhkr44n')).toHaveLength(1);
  });
});

describe('a difference that counts', () => {
  it.each<[string, KubeObject, KubeObject, readonly string[]]>([
    ['a value', pod({ a: 'x' }), pod({ a: 'y' }), ['Pod/spec/a']],
    ['a kind of value', pod({ a: { b: 1 } }), pod({ a: 1 }), ['Pod/spec/a']],
    ['a list instead of an object', pod({ a: [1] }), pod({ a: { b: 1 } }), ['Pod/spec/a']],
    ['a number as text', pod({ a: 1 }), pod({ a: '1' }), ['Pod/spec/a']],
    ['true and absent', pod({ a: true }), pod({}), ['Pod/spec/a']],
    [
      'another runner in the name',
      pod({}),
      pod({}, { name: 'runner-b-project-1-concurrent-0-abcdefgh' }),
      ['Pod/metadata/name'],
    ],
    [
      'a label, its slash escaped',
      pod({}, { labels: { 'a.b/c': '1' } }),
      pod({}, { labels: { 'a.b/c': '2' } }),
      ['Pod/metadata/labels/a.b~1c'],
    ],
    [
      'an addition without our name',
      pod(build({})),
      pod(build({ env: [env('OTHER', '1')] })),
      ['Pod/spec/containers/build/env/OTHER/name', 'Pod/spec/containers/build/env/OTHER/value'],
    ],
    [
      'a name like ours that the reference has too',
      pod(build({ env: [env('MILLRACE_A', '1')] })),
      pod(build({ env: [env('MILLRACE_A', '2')] })),
      ['Pod/spec/containers/build/env/MILLRACE_A/value'],
    ],
    [
      'a command that somebody chose',
      pod(build({ command: ['make', 'test'] })),
      pod(build({ command: ['ours'] })),
      ['Pod/spec/containers/build/command'],
    ],
    [
      'a command of a service',
      pod(build({}, 'svc-0')),
      pod(build({ command: ['x'] }, 'svc-0')),
      ['Pod/spec/containers/svc-0/command'],
    ],
    [
      'the helper image of another platform',
      pod(build({ image: 'r/gitlab-runner-helper:arm64-v19.4.0' })),
      pod(build({ image: 'r/gitlab-runner-helper:x86_64-v19.4.0' })),
      ['Pod/spec/containers/build/image'],
    ],
    [
      'order of arguments',
      pod(build({ args: ['a', 'b'] }, 'svc-0')),
      pod(build({ args: ['b', 'a'] }, 'svc-0')),
      ['Pod/spec/containers/svc-0/args/0', 'Pod/spec/containers/svc-0/args/1'],
    ],
    [
      'order of what has no unique key',
      pod({
        hostAliases: [
          { ip: '1', hostnames: ['a'] },
          { ip: '1', hostnames: ['b'] },
        ],
      }),
      pod({
        hostAliases: [
          { ip: '1', hostnames: ['b'] },
          { ip: '1', hostnames: ['a'] },
        ],
      }),
      ['Pod/spec/hostAliases/0/hostnames/0', 'Pod/spec/hostAliases/1/hostnames/0'],
    ],
    [
      'a missing toleration',
      pod({ tolerations: [{ key: 'a' }, { key: 'b' }] }),
      pod({ tolerations: [{ key: 'b' }] }),
      ['Pod/spec/tolerations'],
    ],
  ])('%s', (_what, expected, got, differences) => {
    expect(paths(expected, got)).toEqual(differences);
  });

  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['a missing object', ['Pod', 'Secret'], ['Pod'], ['Secret']],
    ['an extra object', ['Pod'], ['Pod', 'Secret'], ['Secret']],
    ['a missing one of two', ['Service', 'Service'], ['Service'], ['Service']],
    ['none, for another order of kinds', ['Pod', 'Secret'], ['Secret', 'Pod'], []],
  ])('%s', (_what, expected, got, kinds) => {
    const make = (list: readonly string[]): KubeObject[] =>
      list.map((kind) => ({ apiVersion: 'v1', kind, metadata: { name: 'n' } }));
    const lines = judge(recorded({ objects: make(expected) }), ours({ objects: make(got) }));
    expect(lines.map((line) => line.split(':')[0])).toEqual(kinds);
  });
});

describe('a refusal', () => {
  const frame = (text: string): string =>
    `ERROR: Job failed (system failure): prepare environment: ${text}. Check https://docs.example.com/x for more information`;
  const result = { failure_reason: 'runner_system_failure', message: frame('no such thing') };
  const refused = (message: string, reason = 'runner_system_failure'): Explained =>
    ours({ objects: [], refused: { reason, message } });

  it.each<[string, Explained, readonly string[]]>([
    ['in the reference’s own words, in a sentence', refused('say: no such thing!'), []],
    ['for another reason', refused('no such thing', 'script_failure'), ['refused/reason']],
    ['in other words', refused('nothing like it'), ['refused/message']],
    ['that is missing', ours({}), ['refused']],
  ])('%s', (_what, explained, places) => {
    const lines = judge(recorded({ objects: [], result }), explained);
    expect(lines.map((line) => line.split(':')[0])).toEqual(places);
  });

  it('counts when the reference ran the job', () => {
    expect(judge(recorded({}), refused('no'))).toHaveLength(1);
  });

  it('may name any container that shares a list of pull policies', () => {
    const of = (name: string): string => `invalid pull policy for container "${name}": x`;
    const case_ = recorded({ result: { pod_created: false, message: of('helper') } });
    expect(judge(case_, ours({ refused: { reason: 'x', message: of('build') } }))).toEqual([]);
    expect(judge(case_, ours({ refused: { reason: 'x', message: of('svc-0') } }))).toHaveLength(1);
  });
});

describe('the job log', () => {
  const trace = [
    'section_start:0:prepare_executor\r\u001B[0K\u001B[0KUsing Kubernetes namespace: ci\u001B[0;m',
    'Using effective pull policy of [] for container build',
    'Using effective pull policy of [] for container init-permissions',
    'Anything else',
    '\u001B[0;33mWARNING: careful\u001B[0;m',
    '"CPULimit" overwritten with "2"',
  ].join('\n');
  const lines = [
    'Using Kubernetes namespace: ci',
    'Using effective pull policy of [] for container build',
    'WARNING: careful',
    '"CPULimit" overwritten with "2"',
  ];

  const isPullPolicy = (line: string): boolean => line.includes('pull policy');
  const pullPoliciesLast = (a: string, b: string): number =>
    Number(isPullPolicy(a)) - Number(isPullPolicy(b));

  it.each<[string, readonly string[], number]>([
    ['has every line of preparation, without codes and sections', lines, 0],
    ['may have more lines', ['x', ...lines.flatMap((line) => [line, 'y'])], 0],
    ['may name pull policies in any order', lines.toSorted(pullPoliciesLast), 0],
    ['must keep the order of the others', lines.toReversed(), 2],
    ['must have them all', lines.slice(1), 1],
  ])('%s', (_what, log, missing) => {
    expect(judge(recorded({ trace }), ours({ log }))).toHaveLength(missing);
  });
});

describe('a case says nothing about the plan', () => {
  it.each<[string, Partial<JudgedCase>, boolean]>([
    ['when the server rejected something', { cluster: { reject: [] } }, false],
    ['when pods had states', { cluster: { pods: [] } }, false],
    ['when there were several pods', { objects: [pod({}), pod({})] }, false],
    ['when an object was refused', { objects: [{ ...pod({}), _refused: 403 }] }, false],
    ['except in all other cases', { cluster: { version: {}, missing: [] } }, true],
  ])('%s', (_what, part, about) => {
    expect(isAboutThePlan(recorded(part))).toBe(about);
  });
});
