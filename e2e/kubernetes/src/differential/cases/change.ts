import type { JsonObject, JsonValue } from '@millrace/core';
import { asks, asksAfter, patch, post, put, type Case, type Topic } from '../case.ts';
import type { Side } from '../side.ts';
import { container, groupObject, idlePod, map, object, rbac } from './objects.ts';

const dry = '?dryRun=All';

/** A config map to be patched, a fresh one for each case. */
function patched(
  says: string,
  name: string,
  ...changes: readonly ReturnType<typeof patch>[]
): Case {
  const start = map(
    name,
    { labels: { a: '1', b: '2' }, annotations: { x: 'y' }, finalizers: ['example.org/f'] },
    { k: 'v', l: 'w' },
  );
  return {
    says,
    run: async (side) => {
      await side.prepare(post('configmaps', start));
      for (const change of changes) await side.ask(change);
      await side.prepare(patch('merge', `configmaps/${name}`, { metadata: { finalizers: null } }));
    },
  };
}

/** A pod that runs nowhere, to be patched. */
const podCase = (
  says: string,
  name: string,
  ...changes: readonly ReturnType<typeof patch>[]
): Case => ({
  says,
  run: async (side) => {
    await side.prepare(post('pods', patchedPod(name)));
    await untilSettled(side, name);
    for (const change of changes) await side.ask(change);
  },
});

const patchedPod = (name: string): JsonObject =>
  idlePod(name, {
    tolerations: [{ key: 'a', operator: 'Exists' }],
    containers: [
      container('one', {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        ports: [{ containerPort: 80 }],
      }),
      container('two', { args: ['x', 'y'] }),
    ],
  });

/** The scheduler writes its verdict into the status once. */
const untilSettled = (side: Side, name: string): Promise<unknown> =>
  side.until({ path: `pods/${name}` }, ({ body }) =>
    JSON.stringify(body).includes('"PodScheduled"'),
  );

const path = (name: string): string => `configmaps/${name}`;
const inBody = (value: JsonValue, ...steps: readonly string[]): JsonValue | undefined => {
  let at: JsonValue | undefined = value;
  for (const step of steps)
    at =
      typeof at === 'object' && at !== null && !Array.isArray(at)
        ? (at as JsonObject)[step]
        : undefined;
  return at;
};

export const change: Topic = {
  name: 'update and patch',
  cases: [
    patched(
      'a merge patch sets and removes',
      'merge',
      patch('merge', path('merge'), {
        metadata: { labels: { a: null, c: '3' } },
        data: { k: 'new', l: null },
      }),
    ),
    patched(
      'a merge patch that changes nothing',
      'merge-nothing',
      patch('merge', path('merge-nothing'), {}),
    ),
    patched(
      'a merge patch of a list replaces it',
      'merge-list',
      patch('merge', path('merge-list'), {
        metadata: { finalizers: ['example.org/g', 'example.org/h'] },
      }),
    ),
    patched(
      'a merge patch that is no object',
      'merge-word',
      patch('merge', path('merge-word'), '"x"'),
      patch('merge', path('merge-word'), '[]'),
      patch('merge', path('merge-word'), '{'),
      patch('merge', path('merge-word'), 'null'),
    ),
    patched(
      'a merge patch of a wrong type',
      'merge-type',
      patch('merge', path('merge-type'), { data: { k: 5 } }),
      patch('merge', path('merge-type'), { data: 'x' }),
    ),
    patched(
      'a merge patch of an unknown field',
      'merge-unknown',
      patch('merge', path('merge-unknown'), { colour: 'red' }),
      patch('merge', `${path('merge-unknown')}?fieldValidation=Strict`, { colour: 'red' }),
      patch('merge', `${path('merge-unknown')}?fieldValidation=Ignore`, { colour: 'red' }),
    ),
    patched(
      'a merge patch of another name',
      'merge-name',
      patch('merge', path('merge-name'), { metadata: { name: 'other' } }),
    ),
    patched(
      'a merge patch of another namespace',
      'merge-namespace',
      patch('merge', path('merge-namespace'), { metadata: { namespace: 'other' } }),
    ),
    patched(
      'a merge patch of another kind',
      'merge-kind',
      patch('merge', path('merge-kind'), { kind: 'ServiceAccount', data: null }),
      patch('merge', path('merge-kind'), { apiVersion: 'v2' }),
    ),
    patched(
      'a merge patch of another uid',
      'merge-uid',
      patch('merge', path('merge-uid'), { metadata: { uid: 'other' } }),
    ),
    patched(
      'a merge patch of an old version',
      'merge-old',
      patch('merge', path('merge-old'), { metadata: { resourceVersion: '1' } }),
      patch('merge', path('merge-old'), { metadata: { resourceVersion: 'x' } }),
    ),
    patched(
      'a merge patch that makes it invalid',
      'merge-bad',
      patch('merge', path('merge-bad'), { metadata: { labels: { 'a b': 'c' } } }),
    ),
    patched(
      'a merge patch of what only the server sets',
      'merge-server',
      patch('merge', path('merge-server'), {
        metadata: {
          creationTimestamp: '2001-01-01T00:00:00Z',
          generation: 5,
          deletionTimestamp: '2001-01-01T00:00:00Z',
          selfLink: 'x',
        },
      }),
    ),
    patched(
      'a dry run of a patch changes nothing',
      'merge-dry',
      patch('merge', `${path('merge-dry')}${dry}`, { data: { k: 'dry' } }),
      patch('merge', `${path('merge-dry')}?dryRun=x`, {}),
    ),
    patched(
      'a JSON patch of every operation',
      'json',
      patch('json', path('json'), [
        { op: 'test', path: '/data/k', value: 'v' },
        { op: 'add', path: '/data/m', value: 'x' },
        { op: 'replace', path: '/data/k', value: 'new' },
        { op: 'remove', path: '/data/l' },
        { op: 'copy', from: '/data/m', path: '/data/n' },
        { op: 'move', from: '/data/m', path: '/data/o' },
        { op: 'add', path: '/metadata/labels/example.org~1a', value: 'b' },
        { op: 'add', path: '/metadata/finalizers/-', value: 'example.org/z' },
      ]),
    ),
    patched(
      'a JSON patch whose test fails',
      'json-test',
      patch('json', path('json-test'), [{ op: 'test', path: '/data/k', value: 'other' }]),
    ),
    patched(
      'a JSON patch whose test finds nothing',
      'json-test-missing',
      patch('json', path('json-test-missing'), [{ op: 'test', path: '/data/none', value: 'x' }]),
    ),
    patched(
      'a JSON patch that removes what is not there',
      'json-remove',
      patch('json', path('json-remove'), [{ op: 'remove', path: '/data/none' }]),
    ),
    patched(
      'a JSON patch that replaces what is not there',
      'json-replace',
      patch('json', path('json-replace'), [{ op: 'replace', path: '/data/none', value: 'x' }]),
    ),
    patched(
      'a JSON patch that adds where nothing is',
      'json-add',
      patch('json', path('json-add'), [{ op: 'add', path: '/binaryData/none', value: 'AA==' }]),
    ),
    patched(
      'a JSON patch of an unknown operation',
      'json-op',
      patch('json', path('json-op'), [{ op: 'rename', path: '/data/k' }]),
    ),
    patched(
      'a JSON patch that is an object',
      'json-object',
      patch('json', path('json-object'), {}),
      patch('json', path('json-object'), '{'),
    ),
    patched('a JSON patch of nothing', 'json-nothing', patch('json', path('json-nothing'), [])),
    patched(
      'a JSON patch of an index that is too far',
      'json-index',
      patch('json', path('json-index'), [
        { op: 'add', path: '/metadata/finalizers/7', value: 'example.org/a' },
      ]),
    ),
    patched(
      'a JSON patch of a bad path',
      'json-path',
      patch('json', path('json-path'), [{ op: 'add', path: 'data', value: 'x' }]),
    ),
    patched(
      'a JSON patch of a wrong type',
      'json-type',
      patch('json', path('json-type'), [{ op: 'add', path: '/data/k', value: 5 }]),
    ),
    patched(
      'a strategic patch of a map',
      'strategic',
      patch('strategic', path('strategic'), {
        metadata: { labels: { a: null, c: '3' } },
        data: { k: null },
      }),
    ),
    patched(
      'a strategic patch that replaces a map',
      'strategic-replace',
      patch('strategic', path('strategic-replace'), { data: { $patch: 'replace', z: '1' } }),
    ),
    patched(
      'a strategic patch that deletes from a list of words',
      'strategic-words',
      patch('strategic', path('strategic-words'), {
        metadata: {
          finalizers: ['example.org/g'],
          '$deleteFromPrimitiveList/finalizers': ['example.org/f'],
        },
      }),
    ),
    patched(
      'a strategic patch that orders a list of words',
      'strategic-order',
      patch('strategic', path('strategic-order'), {
        metadata: {
          finalizers: ['example.org/g', 'example.org/e'],
          '$setElementOrder/finalizers': ['example.org/e', 'example.org/f', 'example.org/g'],
        },
      }),
    ),
    patched(
      'a strategic patch of an unknown directive',
      'strategic-directive',
      patch('strategic', path('strategic-directive'), { data: { $patch: 'reverse' } }),
    ),
    patched(
      'a strategic patch that is no object',
      'strategic-word',
      patch('strategic', path('strategic-word'), '[]'),
      patch('strategic', path('strategic-word'), '{'),
    ),
    patched(
      'a strategic patch of a wrong type',
      'strategic-type',
      patch('strategic', path('strategic-type'), { data: 'x' }),
      patch('strategic', path('strategic-type'), { metadata: { labels: { a: 5 } } }),
    ),
    patched(
      'a patch of an unknown type',
      'patch-type',
      {
        method: 'PATCH',
        path: path('patch-type'),
        body: {},
        headers: { 'content-type': 'application/json' },
      },
      {
        method: 'PATCH',
        path: path('patch-type'),
        body: {},
        headers: { 'content-type': 'text/plain' },
      },
      { method: 'PATCH', path: path('patch-type'), body: {}, headers: { 'content-type': '' } },
    ),
    podCase(
      'a strategic patch merges containers by name',
      'strategic-pod',
      patch('strategic', 'pods/strategic-pod', {
        spec: { containers: [{ name: 'two', image: 'example.org/new:2' }] },
      }),
    ),
    podCase(
      'a strategic patch adds a toleration',
      'strategic-toleration',
      patch('strategic', 'pods/strategic-toleration', {
        spec: { tolerations: [{ key: 'b', operator: 'Exists', effect: 'NoSchedule' }] },
      }),
    ),
    podCase(
      'a strategic patch deletes a container',
      'strategic-delete',
      patch('strategic', 'pods/strategic-delete', {
        spec: { containers: [{ name: 'two', $patch: 'delete' }] },
      }),
    ),
    podCase(
      'a strategic patch without the key of a list',
      'strategic-key',
      patch('strategic', 'pods/strategic-key', { spec: { containers: [{ image: 'x' }] } }),
    ),
    podCase(
      'a pod may not change most of its fields',
      'immutable-pod',
      patch('merge', 'pods/immutable-pod', { spec: { restartPolicy: 'Never' } }),
      patch('merge', 'pods/immutable-pod', { spec: { serviceAccountName: 'other' } }),
      patch('strategic', 'pods/immutable-pod', {
        spec: { containers: [{ name: 'two', args: ['z'] }] },
      }),
      patch('merge', 'pods/immutable-pod', { spec: { terminationGracePeriodSeconds: 5 } }),
    ),
    podCase(
      'a pod may get a deadline, and a shorter one',
      'deadline-pod',
      patch('merge', 'pods/deadline-pod', { spec: { activeDeadlineSeconds: 1000 } }),
      patch('merge', 'pods/deadline-pod', { spec: { activeDeadlineSeconds: 900 } }),
      patch('merge', 'pods/deadline-pod', { spec: { activeDeadlineSeconds: 950 } }),
      patch('merge', 'pods/deadline-pod', { spec: { activeDeadlineSeconds: null } }),
    ),
    podCase(
      'a pod may not lose a toleration',
      'tolerant-pod',
      patch('merge', 'pods/tolerant-pod', { spec: { tolerations: [] } }),
    ),
    podCase(
      'a pod may not get an empty image',
      'image-pod',
      patch('strategic', 'pods/image-pod', { spec: { containers: [{ name: 'one', image: '' }] } }),
    ),
    podCase(
      'a pod keeps its status when its object is patched',
      'status-kept',
      patch('merge', 'pods/status-kept', {
        status: { phase: 'Failed' },
        metadata: { labels: { a: 'b' } },
      }),
    ),
    podCase(
      'a patch of a status leaves the rest',
      'status-pod',
      patch('merge', 'pods/status-pod/status', {
        status: { phase: 'Running', message: 'by hand' },
        metadata: { labels: { a: 'b' } },
        spec: { restartPolicy: 'Never' },
      }),
    ),
    podCase(
      'conditions of a status are merged by type',
      'conditions-pod',
      patch('strategic', 'pods/conditions-pod/status', {
        status: { conditions: [{ type: 'example.org/x', status: 'True' }] },
      }),
    ),
    podCase(
      'a status of a wrong phase',
      'phase-pod',
      patch('merge', 'pods/phase-pod/status', { status: { phase: 'Dreaming' } }),
      patch('merge', 'pods/phase-pod/status', { status: { phase: 5 } }),
    ),
    podCase(
      'a status of a bad condition',
      'condition-pod',
      patch('merge', 'pods/condition-pod/status', {
        status: { conditions: [{ type: 'a b', status: 'Perhaps' }] },
      }),
    ),
    asks(
      'a patch of what is not there',
      patch('merge', path('missing'), {}),
      patch('json', path('missing'), []),
      patch('strategic', 'pods/missing/status', {}),
    ),
    asks('a patch of a collection', patch('merge', 'configmaps', {})),
    {
      says: 'an update replaces the object',
      run: async (side) => {
        const { body } = await side.prepare(post('configmaps', map('update')));
        await side.ask(put(path('update'), { ...(body as JsonObject), data: { new: '1' } }));
        await side.ask(put(path('update'), { ...(body as JsonObject), data: { new: '2' } }));
        await side.ask(put(path('update'), map('update', {}, { new: '3' })));
        await side.ask(put(`${path('update')}${dry}`, map('update', {}, { new: '4' })));
        await side.ask({ path: path('update') });
      },
    },
    {
      says: 'an update that changes nothing keeps the version',
      run: async (side) => {
        const { body } = await side.prepare(post('configmaps', map('same')));
        const after = await side.ask(put(path('same'), body));
        side.note(
          inBody(after.body, 'metadata', 'resourceVersion') ===
            inBody(body, 'metadata', 'resourceVersion'),
        );
      },
    },
    asksAfter(
      'an update of another uid',
      [post('configmaps', map('uid'))],
      put(path('uid'), map('uid', { uid: 'other' })),
    ),
    asksAfter(
      'an update of another name',
      [post('configmaps', map('name'))],
      put(path('name'), map('other')),
    ),
    asksAfter(
      'an update without a name',
      [post('configmaps', map('nameless'))],
      put(path('nameless'), { apiVersion: 'v1', kind: 'ConfigMap', data: {} }),
    ),
    asksAfter(
      'an update of another namespace',
      [post('configmaps', map('moved'))],
      put(path('moved'), map('moved', { namespace: 'other' })),
    ),
    asksAfter(
      'an update of a bad version',
      [post('configmaps', map('bad-version'))],
      put(path('bad-version'), map('bad-version', { resourceVersion: 'x' })),
      put(path('bad-version'), map('bad-version', { resourceVersion: '1' })),
    ),
    asks(
      'an update of what is not there',
      put(path('missing'), map('missing')),
      put(path('missing'), map('missing', { resourceVersion: '1' })),
    ),
    asks('an update of a collection', put('configmaps', map('x'))),
    asksAfter(
      'an immutable config map keeps its data',
      [post('configmaps', { ...map('fixed'), immutable: true })],
      patch('merge', path('fixed'), { data: { key: 'other' } }),
      patch('merge', path('fixed'), { immutable: false }),
      patch('merge', path('fixed'), { metadata: { labels: { a: 'b' } } }),
      patch('merge', path('fixed'), { binaryData: { b: 'AA==' } }),
    ),
    asksAfter(
      'an immutable secret keeps its data',
      [post('secrets', object('Secret', 'fixed', { stringData: { a: 'b' }, immutable: true }))],
      patch('merge', 'secrets/fixed', { stringData: { a: 'c' } }),
      patch('merge', 'secrets/fixed', { immutable: null }),
    ),
    asksAfter(
      'a secret keeps its type',
      [post('secrets', object('Secret', 'typed', {}))],
      patch('merge', 'secrets/typed', { type: 'example.org/other' }),
    ),
    asksAfter(
      'a service keeps its address',
      [post('services', object('Service', 'fixed', { spec: { ports: [{ port: 80 }] } }))],
      patch('merge', 'services/fixed', { spec: { clusterIP: '10.96.0.99' } }),
      patch('strategic', 'services/fixed', { spec: { ports: [{ port: 81, name: 'b' }] } }),
      patch('merge', 'services/fixed', { spec: { selector: { a: 'b' } } }),
    ),
    asksAfter(
      'a claim keeps its specification',
      [
        post(
          'persistentvolumeclaims',
          object('PersistentVolumeClaim', 'fixed', {
            spec: {
              accessModes: ['ReadWriteOnce'],
              storageClassName: 'none',
              resources: { requests: { storage: '1Gi' } },
            },
          }),
        ),
      ],
      patch('merge', 'persistentvolumeclaims/fixed', { spec: { accessModes: ['ReadWriteMany'] } }),
      patch('merge', 'persistentvolumeclaims/fixed', {
        spec: { resources: { requests: { storage: '500Mi' } } },
      }),
      patch('merge', 'persistentvolumeclaims/fixed', { metadata: { labels: { a: 'b' } } }),
    ),
    asksAfter(
      'a role binding keeps its role',
      [
        post(
          `${rbac}/rolebindings`,
          groupObject('rbac.authorization.k8s.io/v1', 'RoleBinding', 'fixed', {
            roleRef: { kind: 'Role', name: 'x' },
          }),
        ),
      ],
      patch('merge', `${rbac}/rolebindings/fixed`, { roleRef: { name: 'y' } }),
    ),
    asksAfter(
      'a service account may change',
      [post('serviceaccounts', object('ServiceAccount', 'change'))],
      patch('strategic', 'serviceaccounts/change', { imagePullSecrets: [{ name: 'a' }] }),
      patch('strategic', 'serviceaccounts/change', { imagePullSecrets: [{ name: 'b' }] }),
    ),
    asks(
      'a namespace may get labels and keeps its name',
      patch('merge', '/api/v1/namespaces/{namespace}', {
        metadata: { labels: { a: 'b', 'kubernetes.io/metadata.name': 'other' } },
      }),
      patch('merge', '/api/v1/namespaces/{namespace}', { spec: { finalizers: [] } }),
    ),
    asksAfter(
      'an event may be counted up',
      [
        post('events', {
          ...object('Event', 'counted'),
          involvedObject: { kind: 'Pod', name: 'x', namespace: '{namespace}' },
          count: 1,
        }),
      ],
      patch('strategic', 'events/counted', { count: 2, lastTimestamp: '2001-01-01T00:00:01Z' }),
    ),
  ],
};
