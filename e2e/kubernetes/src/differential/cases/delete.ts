import type { JsonObject } from '@millrace/core';
import { asks, asksAfter, patch, post, remove, type Case, type Topic } from '../case.ts';
import { idlePod, map, object } from './objects.ts';

const options = (fields: JsonObject): JsonObject => ({
  kind: 'DeleteOptions',
  apiVersion: 'v1',
  ...fields,
});

/** A config map, deleted in a way, then looked for. */
const deleted = (says: string, name: string, how: JsonObject | undefined, query = ''): Case =>
  asksAfter(says, [post('configmaps', map(name))], remove(`configmaps/${name}${query}`, how), {
    path: `configmaps/${name}`,
  });

/** A config map with another that it owns. */
const owner = (says: string, name: string, policy: string): Case => ({
  says,
  run: async (side) => {
    const { body } = await side.prepare(
      post('configmaps', map(name, { finalizers: ['example.org/stay'] })),
    );
    const { uid } = (body as JsonObject)['metadata'] as JsonObject;
    await side.prepare(
      post(
        'configmaps',
        map(`${name}-child`, {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'ConfigMap', name, uid: uid ?? '', blockOwnerDeletion: true },
          ],
        }),
      ),
    );
    await side.ask(remove(`configmaps/${name}`, options({ propagationPolicy: policy })));
    await side.prepare(patch('merge', `configmaps/${name}`, { metadata: { finalizers: null } }));
  },
});

export const deletion: Topic = {
  name: 'delete',
  cases: [
    deleted('delete without options', 'plain', undefined),
    deleted('delete with options', 'options', options({})),
    deleted('delete with options of no kind', 'kindless', { gracePeriodSeconds: 0 }),
    deleted(
      'delete with the options as parameters',
      'parameters',
      undefined,
      '?gracePeriodSeconds=0&propagationPolicy=Background',
    ),
    deleted('a dry run of a deletion', 'dry', options({ dryRun: ['All'] })),
    deleted('a dry run of a deletion by a parameter', 'dry-query', undefined, '?dryRun=All'),
    deleted('a dry run of an unknown kind of deletion', 'dry-bad', options({ dryRun: ['Some'] })),
    deleted(
      'delete with an unknown policy',
      'policy-bad',
      options({ propagationPolicy: 'Sideways' }),
    ),
    deleted(
      'delete with a policy and the old word for it',
      'policy-both',
      options({ propagationPolicy: 'Orphan', orphanDependents: true }),
    ),
    deleted('delete with a bad grace period', 'grace-bad', options({ gracePeriodSeconds: 'soon' })),
    deleted(
      'delete with a bad grace period as a parameter',
      'grace-query',
      undefined,
      '?gracePeriodSeconds=soon',
    ),
    deleted(
      'delete with a negative grace period',
      'grace-negative',
      options({ gracePeriodSeconds: -1 }),
    ),
    deleted('delete under a wrong uid', 'uid', options({ preconditions: { uid: 'other' } })),
    deleted(
      'delete under a wrong version',
      'version',
      options({ preconditions: { resourceVersion: '1' } }),
    ),
    deleted('delete with options of a wrong kind', 'kind', { kind: 'Pod', apiVersion: 'v1' }),
    deleted('delete with an unknown option', 'unknown', options({ colour: 'red' })),
    {
      says: 'delete under the right uid and version',
      run: async (side) => {
        const { body } = await side.prepare(post('configmaps', map('right')));
        const { uid, resourceVersion } = (body as JsonObject)['metadata'] as JsonObject;
        await side.ask(
          remove(
            'configmaps/right',
            options({ preconditions: { uid: uid ?? '', resourceVersion: resourceVersion ?? '' } }),
          ),
        );
      },
    },
    asks(
      'delete of what is not there',
      remove('configmaps/missing'),
      remove('pods/missing', options({ gracePeriodSeconds: 0 })),
      remove('/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles/missing'),
    ),
    asksAfter(
      'delete with a body that is no JSON',
      [post('configmaps', map('bad-body'))],
      { method: 'DELETE', path: 'configmaps/bad-body', body: '{' },
      { method: 'DELETE', path: 'configmaps/bad-body', body: '[]' },
      {
        method: 'DELETE',
        path: 'configmaps/bad-body',
        body: 'x',
        headers: { 'content-type': 'text/plain' },
      },
    ),
    asksAfter(
      'delete of what has a finalizer waits for it',
      [post('configmaps', map('final', { finalizers: ['example.org/a'] }))],
      remove('configmaps/final'),
      remove('configmaps/final'),
      patch('merge', 'configmaps/final', {
        metadata: { finalizers: ['example.org/a', 'example.org/b'] },
      }),
      patch('merge', 'configmaps/final', { data: { key: 'changed' } }),
      patch('merge', 'configmaps/final', { metadata: { finalizers: null } }),
      { path: 'configmaps/final' },
    ),
    owner('delete in the foreground', 'foreground', 'Foreground'),
    owner('delete that orphans', 'orphan', 'Orphan'),
    owner('delete in the background', 'background', 'Background'),
    asksAfter('delete of a secret', [post('secrets', object('Secret', 'x'))], remove('secrets/x')),
    asksAfter(
      'delete of a service',
      [post('services', object('Service', 'x', { spec: { ports: [{ port: 80 }] } }))],
      remove('services/x'),
    ),
    asksAfter(
      'delete of a service account',
      [post('serviceaccounts', object('ServiceAccount', 'x'))],
      remove('serviceaccounts/x'),
    ),
    asksAfter(
      'delete of an event',
      [
        post('events', {
          ...object('Event', 'x'),
          involvedObject: { kind: 'Pod', name: 'x', namespace: '{namespace}' },
        }),
      ],
      remove('events/x'),
    ),
    {
      says: 'delete of a pod that no node has',
      run: async (side) => {
        await side.prepare(post('pods', idlePod('idle')));
        await side.until({ path: 'pods/idle' }, ({ body }) =>
          JSON.stringify(body).includes('"PodScheduled"'),
        );
        await side.ask(remove('pods/idle', options({ gracePeriodSeconds: 5, dryRun: ['All'] })));
        await side.ask(remove('pods/idle', options({ gracePeriodSeconds: 5 })));
        await side.ask({ path: 'pods/idle' });
      },
    },
    {
      says: 'delete of a collection by a selector',
      run: async (side) => {
        for (const name of ['a', 'b', 'c'])
          await side.prepare(
            post('configmaps', map(`collected-${name}`, { labels: { collected: name } })),
          );
        await side.ask(remove('configmaps?labelSelector=collected=a'));
        await side.ask(remove('configmaps?labelSelector=collected=none'));
        await side.ask(remove('configmaps?labelSelector=collected', options({ dryRun: ['All'] })));
        await side.ask(
          remove(
            'configmaps?labelSelector=collected&fieldSelector=metadata.name=collected-b',
            options({}),
          ),
        );
        await side.ask({ path: 'configmaps?labelSelector=collected' });
        await side.ask(remove('configmaps?labelSelector=a%20b'));
        await side.ask(remove('configmaps?fieldSelector=x=y'));
        await side.ask(
          remove(
            'configmaps?labelSelector=collected&limit=1',
            options({ preconditions: { uid: 'x' } }),
          ),
        );
      },
    },
    asks(
      'delete of a collection that cannot be deleted',
      remove('/api/v1/namespaces'),
      remove('pods/x/status'),
      remove('/api/v1/nodes/missing'),
    ),
  ],
};
