import type { JsonObject } from '@millrace/core';
import { expect, it } from 'vitest';
import { randomJson } from './random-json.test.data.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const named = (...names: readonly string[]): readonly { readonly name: string }[] =>
  names.map((name) => ({ name }));

it.each<[string, JsonObject, JsonObject, JsonObject]>([
  // Places of new elements as GitLab Runner sends them (gitlab/177, gitlab/179).
  [
    'puts a new element without predecessor before all others',
    { volumes: named('repo', 'scripts', 'logs') },
    { volumes: named('extra') },
    { volumes: named('extra', 'repo', 'scripts', 'logs') },
  ],
  [
    'puts a new element behind its predecessor in the patch',
    { containers: named('build', 'helper') },
    { containers: [{ name: 'build', image: 'x' }, { name: 'sidecar' }] },
    { containers: [{ name: 'build', image: 'x' }, { name: 'sidecar' }, { name: 'helper' }] },
  ],
  [
    'puts a new variable behind the one it follows',
    { containers: [{ name: 'build', env: named('A', 'CI_PROJECT_ID', 'Z') }] },
    {
      containers: [
        { name: 'build', env: [{ name: 'CI_PROJECT_ID', value: 'changed' }, { name: 'EXTRA' }] },
      ],
    },
    {
      containers: [
        {
          name: 'build',
          env: [
            { name: 'A' },
            { name: 'CI_PROJECT_ID', value: 'changed' },
            { name: 'EXTRA' },
            { name: 'Z' },
          ],
        },
      ],
    },
  ],
  [
    'merges host aliases by address but replaces their names',
    { hostAliases: [{ ip: '127.0.0.1', hostnames: ['redis'] }] },
    {
      hostAliases: [
        { ip: '127.0.0.1', hostnames: ['merged'] },
        { ip: '10.0.0.1', hostnames: ['new'] },
      ],
    },
    {
      hostAliases: [
        { ip: '127.0.0.1', hostnames: ['merged'] },
        { ip: '10.0.0.1', hostnames: ['new'] },
      ],
    },
  ],
  [
    'replaces lists without merge key',
    { tolerations: [{ key: 'a' }] },
    { tolerations: [{ key: 'b' }] },
    { tolerations: [{ key: 'b' }] },
  ],
  [
    'merges maps',
    { nodeSelector: { a: '1', b: '2' } },
    { nodeSelector: { b: null, c: '3' } },
    { nodeSelector: { a: '1', c: '3' } },
  ],
  [
    'merges ports by number',
    { containers: [{ name: 'c', ports: [{ containerPort: 80 }] }] },
    { containers: [{ name: 'c', ports: [{ containerPort: 80, name: 'http' }] }] },
    { containers: [{ name: 'c', ports: [{ containerPort: 80, name: 'http' }] }] },
  ],
  [
    'merges mounts by path',
    { containers: [{ name: 'c', volumeMounts: [{ mountPath: '/a', name: 'x' }] }] },
    { containers: [{ name: 'c', volumeMounts: [{ mountPath: '/a', readOnly: true }] }] },
    { containers: [{ name: 'c', volumeMounts: [{ mountPath: '/a', name: 'x', readOnly: true }] }] },
  ],
  [
    'takes what was not there, without nulls',
    {},
    { securityContext: { runAsUser: 1, runAsGroup: null } },
    { securityContext: { runAsUser: 1 } },
  ],
  [
    'removes with null',
    { hostname: 'x', subdomain: 'y' },
    { hostname: null, missing: null },
    { subdomain: 'y' },
  ],
  [
    'replaces a value by one of another kind',
    { affinity: {} },
    { affinity: 'x' },
    { affinity: 'x' },
  ],
  // Directives.
  [
    'replaces a map with $patch: replace',
    { securityContext: { runAsUser: 1 } },
    { securityContext: { $patch: 'replace', runAsGroup: 2 } },
    { securityContext: { runAsGroup: 2 } },
  ],
  [
    'drops a whole map whose $patch: replace meets nothing',
    {},
    { securityContext: { $patch: 'replace', runAsUser: 1 } },
    {},
  ],
  [
    'empties a map with $patch: delete',
    { nodeSelector: { a: '1' } },
    { nodeSelector: { $patch: 'delete' } },
    { nodeSelector: {} },
  ],
  [
    'deletes an element',
    { containers: named('build', 'helper') },
    { containers: [{ $patch: 'delete', name: 'helper' }] },
    { containers: named('build') },
  ],
  [
    'deletes nothing where no list is',
    {},
    { containers: [{ $patch: 'delete', name: 'helper' }] },
    { containers: [] },
  ],
  [
    'replaces a keyed list',
    { containers: named('build', 'helper') },
    { containers: [{ $patch: 'replace' }, { name: 'only' }] },
    { containers: named('only') },
  ],
  [
    'replaces an element',
    { containers: [{ name: 'a', image: 'x' }] },
    { containers: [{ name: 'a', resources: { $patch: 'replace' } }] },
    { containers: [{ name: 'a', image: 'x' }] },
  ],
  [
    'keeps only the retained keys',
    { volumes: [{ name: 'repo', emptyDir: {} }] },
    { volumes: [{ name: 'repo', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] },
    { volumes: [{ name: 'repo', hostPath: { path: '/x' } }] },
  ],
  [
    'orders by $setElementOrder',
    { containers: named('a', 'b', 'c') },
    {
      '$setElementOrder/containers': named('c', 'new', 'a'),
      containers: [
        { name: 'new', image: 'n' },
        { name: 'a', image: 'x' },
      ],
    },
    {
      containers: [
        { name: 'b' },
        { name: 'c' },
        { name: 'new', image: 'n' },
        { name: 'a', image: 'x' },
      ],
    },
  ],
  [
    'orders without other changes',
    { containers: named('a', 'b') },
    { '$setElementOrder/containers': named('b', 'a') },
    { containers: named('b', 'a') },
  ],
  [
    'treats dangerous names as ordinary ones',
    {},
    JSON.parse('{"nodeSelector":{"__proto__":"x"}}') as JsonObject,
    JSON.parse('{"nodeSelector":{"__proto__":"x"}}') as JsonObject,
  ],
])('%s', (_behaviour, document, patch, expected) => {
  expect(applyStrategicMergePatch(document, patch, 'PodSpec')).toEqual(expected);
});

it.each<[string, string, JsonObject, JsonObject, JsonObject]>([
  [
    'adds to finalizers as to a set',
    'Secret',
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { finalizers: ['c', 'b'] } },
    { metadata: { finalizers: ['c', 'a', 'b'] } },
  ],
  [
    'deletes finalizers',
    'Pod',
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
    { metadata: { finalizers: ['b'] } },
  ],
  [
    'deletes finalizers where none are',
    'Pod',
    { metadata: {} },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
    { metadata: {} },
  ],
  [
    'merges owners by uid',
    'Pod',
    { metadata: { ownerReferences: [{ uid: '1', name: 'x' }] } },
    { metadata: { ownerReferences: [{ uid: '1', controller: true }] } },
    { metadata: { ownerReferences: [{ uid: '1', name: 'x', controller: true }] } },
  ],
  [
    'merges conditions by type',
    'Pod',
    { status: { conditions: [{ type: 'Ready', status: 'False' }] } },
    { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
  ],
  [
    'replaces the selector of a disruption budget',
    'PodDisruptionBudget',
    { spec: { selector: { matchLabels: { a: '1' } } } },
    { spec: { selector: { matchLabels: { b: '2' } } } },
    { spec: { selector: { matchLabels: { b: '2' } } } },
  ],
])('%s', (_behaviour, type, document, patch, expected) => {
  expect(applyStrategicMergePatch(document, patch, type)).toEqual(expected);
});

it.each<[JsonObject, JsonObject, string]>([
  [
    { containers: named('a') },
    { containers: [{ image: 'x' }] },
    'map: map[image:x] does not contain declared merge key: name',
  ],
  [
    { containers: named('a') },
    { containers: [{ $patch: 'delete' }] },
    'does not contain declared merge key: name',
  ],
  [
    { containers: named('a') },
    { containers: [{ $patch: 'explode', name: 'a' }] },
    'unknown patch type: explode in map: map[$patch:explode name:a]',
  ],
  [
    { securityContext: {} },
    { securityContext: { $patch: 'merge' } },
    'unknown patch type: merge in map: map[$patch:merge]',
  ],
  [
    { containers: named('a') },
    { containers: [{ $patch: 'merge', name: 'a' }] },
    'merging lists cannot yet be specified in the patch',
  ],
  [
    { volumes: named('a') },
    { volumes: [{ name: 'a', $retainKeys: ['name'], emptyDir: {} }] },
    'invalid patch format of retainKeys',
  ],
  [
    { containers: named('a', 'b') },
    { '$setElementOrder/containers': named('b', 'a'), containers: named('a', 'b') },
    "The order in patch list:\n[map[name:a] map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:b] map[name:a]]\n",
  ],
  [{}, { '$setElementOrder/containers': 'x' }, 'invalid patch format of setElementOrder list'],
])('applied to %j, %j fails', (document, patch, message) => {
  expect(() => applyStrategicMergePatch(document, patch, 'PodSpec')).toThrow(message);
});

it('reads an undefined member as one that is not there', () => {
  const patch = { hostname: undefined, subdomain: 's' };
  expect(applyStrategicMergePatch({ hostname: 'h' }, patch, 'PodSpec')).toStrictEqual({
    hostname: 'h',
    subdomain: 's',
  });
});

it('refuses a type it knows nothing about', () => {
  expect(() => applyStrategicMergePatch({}, {}, 'Widget')).toThrow(
    'strategic merge patch format is not supported',
  );
});

it('changes neither argument and does nothing for an empty patch', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const pod = {
      nodeSelector: { k0: randomJson(seed) },
      containers: named('a', 'b'),
      affinity: randomJson(seed + 1),
    };
    const patch = {
      nodeSelector: randomJson(seed + 2),
      containers: [{ name: 'b', env: [] }],
      affinity: randomJson(seed + 3),
    };
    const before = JSON.stringify([pod, patch]);
    const once = applyStrategicMergePatch(pod, patch, 'PodSpec');
    expect(applyStrategicMergePatch(once, patch, 'PodSpec')).toEqual(once);
    expect(applyStrategicMergePatch(pod, {}, 'PodSpec')).toEqual(pod);
    expect(JSON.stringify([pod, patch])).toBe(before);
  }
});
