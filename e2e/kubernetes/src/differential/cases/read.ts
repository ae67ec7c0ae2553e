import { asks, patch, post, remove, type Case, type Topic } from '../case.ts';
import type { JsonObject } from '@millrace/core';
import { idlePod, map, object, textAt } from './objects.ts';

const q = (selector: string): string => encodeURIComponent(selector);

const labelSelectors = [
  'app=a',
  'app==a',
  'app!=a',
  'app in (a,b)',
  'app notin (a, b)',
  'app',
  '!app',
  'size>3',
  'size<3',
  'app=a,size>1',
  ' app = a ',
  'app=',
  'app in ()',
  'example.org/x=1',
  'none=1',
  'app in (a),size',
  'app notin (a),!other',
];
const badLabelSelectors = [
  'app=a b',
  'app in (a',
  '=a',
  'app=a,',
  ',',
  'a b',
  'app===a',
  'size>x',
  '!',
  'app=@',
  '/x=a',
  'app in',
  'a/b/c=d',
  'app=!b',
];
const fieldSelectors = [
  'metadata.name=one',
  'metadata.name!=one',
  'metadata.namespace={namespace}',
  'metadata.namespace=other',
  'metadata.name=one,metadata.namespace={namespace}',
  'metadata.name==one',
  'metadata.name=',
];
const badFieldSelectors = [
  'metadata.labels=x',
  'data.key=value',
  'metadata.name',
  'metadata.name>a',
  ',',
  'metadata.name in (a)',
  '=',
  'metadata.name=a\\',
];
const podFieldSelectors = [
  'status.phase=Pending',
  'status.phase!=Pending',
  'spec.nodeName=',
  'spec.restartPolicy=Always',
  'spec.schedulerName=default-scheduler',
  'spec.serviceAccountName=default',
  'spec.hostNetwork=false',
  'status.podIP=',
  'status.nominatedNodeName=',
  'spec.priority=0',
  'status.podIPs=',
  'spec.containers=x',
];

const names = {
  headers: { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' },
};
const name = {
  headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
};
const asTable = {
  headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1,application/json' },
};

/** A version that both have already forgotten, or never had. */
const watch = (path: string): string => `${path}${path.includes('?') ? '&' : '?'}watch=1`;

const fixtures: readonly JsonObject[] = [
  map('one', { labels: { app: 'a', size: '1' } }),
  map('two', { labels: { app: 'b', size: '5', 'example.org/x': '1' } }),
  map('three', { labels: { size: '3' } }),
  map('four', { labels: { app: '' } }),
];

const listed = 'configmaps?labelSelector=fixture';

export const read: Topic = {
  name: 'get, list and watch',
  before: async (side) => {
    for (const fixture of fixtures) {
      const metadata = fixture['metadata'] as JsonObject;
      await side.prepare(
        post('configmaps', {
          ...fixture,
          metadata: { ...metadata, labels: { ...(metadata['labels'] as JsonObject), fixture: '' } },
        }),
      );
    }
    await side.prepare(post('pods', idlePod('idle')));
    await side.until({ path: 'pods/idle' }, ({ body }) =>
      JSON.stringify(body).includes('"PodScheduled"'),
    );
    await side.prepare(post('secrets', object('Secret', 'plain', { stringData: { a: 'b' } })));
    await side.prepare(post('secrets', object('Secret', 'typed', { type: 'example.org/x' })));
    await side.prepare(
      post(
        'services',
        object('Service', 'plain', {
          spec: {
            ports: [
              { port: 80, name: 'a' },
              { port: 53, protocol: 'UDP', name: 'b' },
            ],
          },
        }),
      ),
    );
    await side.prepare(
      post(
        'services',
        object('Service', 'outer', { spec: { type: 'ExternalName', externalName: 'example.org' } }),
      ),
    );
    await side.prepare(
      post(
        'persistentvolumeclaims',
        object('PersistentVolumeClaim', 'plain', {
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: 'none',
            resources: { requests: { storage: '1Gi' } },
          },
        }),
      ),
    );
    await side.prepare(
      post('events', {
        ...object('Event', 'told'),
        involvedObject: { kind: 'Pod', name: 'absent', namespace: '{namespace}', uid: 'u' },
        reason: 'Told',
        message: 'text\n',
        type: 'Warning',
        lastTimestamp: '2001-01-01T00:00:00Z',
      }),
    );
  },
  cases: [
    asks(
      'get of what is not there',
      { path: 'configmaps/missing' },
      { path: '/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles/missing' },
      { path: 'pods/missing/status' },
    ),
    asks(
      'get of an object',
      { path: 'configmaps/one' },
      { path: 'secrets/plain' },
      { path: 'services/plain' },
    ),
    asks('get of a status', { path: 'pods/idle/status' }),
    asks(
      'get in a namespace that is not there',
      { path: '/api/v1/namespaces/missing/configmaps/x' },
      { path: '/api/v1/namespaces/missing/configmaps' },
      { path: '/api/v1/namespaces/missing' },
    ),
    asks(
      'get at version zero',
      { path: 'configmaps/one?resourceVersion=0' },
      { path: 'configmaps/one?resourceVersion=x' },
    ),
    asks('get of a namespace', { path: '/api/v1/namespaces/{namespace}' }),
    asks('a list of config maps', { path: listed }),
    asks(
      'a list of nothing',
      { path: 'limitranges' },
      { path: '/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles' },
    ),
    asks(
      'a list at a version',
      { path: `${listed}&resourceVersion=0` },
      { path: `${listed}&resourceVersion=x` },
      { path: `${listed}&resourceVersion=0&resourceVersionMatch=NotOlderThan` },
      { path: `${listed}&resourceVersionMatch=NotOlderThan` },
      { path: `${listed}&resourceVersion=0&resourceVersionMatch=Exact` },
      { path: `${listed}&resourceVersion=1&resourceVersionMatch=Odd` },
    ),
    asks('a list of a version that is yet to come', {
      path: `${listed}&resourceVersion=999999999&resourceVersionMatch=Exact`,
    }),
    ...labelSelectors.map((selector): Case =>
      asks(`the label selector ${JSON.stringify(selector)}`, {
        path: `configmaps?labelSelector=${q(`fixture,${selector}`)}`,
        ...names,
      }),
    ),
    ...badLabelSelectors.map((selector): Case =>
      asks(`the bad label selector ${JSON.stringify(selector)}`, {
        path: `configmaps?labelSelector=${q(selector)}`,
        ...names,
      }),
    ),
    ...fieldSelectors.map((selector): Case =>
      asks(`the field selector ${JSON.stringify(selector)}`, {
        path: `configmaps?labelSelector=fixture&fieldSelector=${q(selector).replace(q('{namespace}'), '{namespace}')}`,
        ...names,
      }),
    ),
    ...badFieldSelectors.map((selector): Case =>
      asks(`the bad field selector ${JSON.stringify(selector)}`, {
        path: `configmaps?labelSelector=fixture&fieldSelector=${q(selector)}`,
        ...names,
      }),
    ),
    ...podFieldSelectors.map((selector): Case =>
      asks(`the field selector ${JSON.stringify(selector)} of pods`, {
        path: `pods?fieldSelector=${q(selector)}`,
        ...names,
      }),
    ),
    ...['type=Opaque', 'type!=Opaque', 'type=example.org/x', 'data=x'].map((selector): Case =>
      asks(`the field selector ${JSON.stringify(selector)} of secrets`, {
        path: `secrets?fieldSelector=${q(selector)}`,
        ...names,
      }),
    ),
    ...[
      'reason=Told',
      'involvedObject.name=absent',
      'involvedObject.kind=Pod,involvedObject.uid=u',
      'type=Warning,involvedObject.name=absent',
      'source=x',
      'message=x',
      'reportingComponent=',
      'involvedObject.namespace=other',
    ].map((selector): Case =>
      asks(`the field selector ${JSON.stringify(selector)} of events`, {
        path: `events?fieldSelector=${q(selector)}${selector.startsWith('reporting') ? q(',involvedObject.name=absent') : ''}`,
        ...names,
      }),
    ),
    asks(
      'the field selector of namespaces',
      {
        path: `/api/v1/namespaces?fieldSelector=${q('metadata.name={namespace}').replace(q('{namespace}'), '{namespace}')},status.phase=Active`,
        ...names,
      },
      { path: '/api/v1/namespaces?fieldSelector=spec.x=y', ...names },
    ),
    asks(
      'the field selector of services',
      { path: 'services?fieldSelector=spec.type=ClusterIP', ...names },
      { path: 'services?fieldSelector=spec.clusterIP=None', ...names },
      { path: 'services?fieldSelector=spec.x=None', ...names },
    ),
    asks(
      'the field selector of nodes',
      { path: '/api/v1/nodes?fieldSelector=spec.unschedulable=true', ...names },
      { path: '/api/v1/nodes?fieldSelector=spec.x=true', ...names },
    ),
    {
      says: 'a list in pages',
      run: async (side) => {
        const first = await side.ask({ path: `${listed}&limit=3` });
        const token = textAt(first.body, 'metadata', 'continue');
        await side.ask({ path: `${listed}&limit=3&continue=${q(token)}` });
        await side.ask({
          path: `${listed}&limit=1&resourceVersion=1&continue=${q(token)}`,
        });
        await side.ask({
          path: `${listed}&limit=1&resourceVersion=0&continue=${q(token)}`,
        });
        await side.ask({ path: `configmaps?limit=1`, ...names });
      },
    },
    asks('a bad continue token', { path: `${listed}&limit=1&continue=x` }),
    asks('a bad limit', { path: `${listed}&limit=x` }, { path: `${listed}&limit=-1` }),
    asks(
      'bad parameters of a list',
      { path: `${listed}&watch=x&timeoutSeconds=1` },
      { path: `${listed}&timeoutSeconds=x` },
      { path: `${listed}&sendInitialEvents=true` },
    ),
    asks('a watch of what is there', {
      path: watch(`${listed}&timeoutSeconds=1&resourceVersion=0`),
      ...name,
    }),
    asks('a watch without a version', { path: watch(`${listed}&timeoutSeconds=1`), ...name }),
    asks('a watch of whole objects', {
      path: watch(`configmaps?fieldSelector=metadata.name=one&timeoutSeconds=1`),
    }),
    asks('a watch by path of a single object', { path: watch('configmaps/one?timeoutSeconds=1') }),
    asks('a watch by the old path', {
      path: '/api/v1/watch/namespaces/{namespace}/configmaps/one?timeoutSeconds=1',
    }),
    asks('a watch from a version that is none', {
      path: watch(`${listed}&timeoutSeconds=1&resourceVersion=x`),
    }),
    asks('a watch from a version to come', {
      path: watch(`${listed}&timeoutSeconds=1&resourceVersion=999999999`),
    }),
    asks('a watch from version zero with bookmarks', {
      path: watch(`${listed}&timeoutSeconds=1&resourceVersion=0&allowWatchBookmarks=true`),
    }),
    asks(
      'a watch with a bad selector',
      { path: watch('configmaps?timeoutSeconds=1&labelSelector=a%20b') },
      { path: watch('configmaps?timeoutSeconds=1&fieldSelector=x=y') },
    ),
    asks('a watch with initial events', {
      path: watch(
        `${listed}&timeoutSeconds=60&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
      ),
      // The bookmark behind them comes when the server is sure to know of all.
      events: 2,
    }),
    asks('a watch with initial events and without bookmarks', {
      path: watch(
        `${listed}&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
      ),
    }),
    asks(
      'a watch with initial events and without a match',
      { path: watch(`${listed}&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true`) },
      {
        path: watch(
          `${listed}&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=Exact`,
        ),
      },
      { path: watch(`${listed}&timeoutSeconds=1&resourceVersionMatch=NotOlderThan`) },
    ),
    asks('a watch without initial events', {
      path: watch(
        `${listed}&timeoutSeconds=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=false`,
      ),
    }),
    asks(
      'bad parameters of a watch',
      { path: watch(`${listed}&timeoutSeconds=x`) },
      { path: watch(`${listed}&timeoutSeconds=1&allowWatchBookmarks=x`) },
      { path: watch(`${listed}&timeoutSeconds=1&sendInitialEvents=x`) },
    ),
    {
      says: 'a watch tells of what happens, as its selector has it',
      run: async (side) => {
        const first = await side.prepare({ path: 'configmaps?labelSelector=watched' });
        const version = textAt(first.body, 'metadata', 'resourceVersion');
        await side.prepare(post('configmaps', map('watched', { labels: { watched: '' } })));
        await side.prepare(patch('merge', 'configmaps/watched', { data: { key: 'new' } }));
        await side.prepare(
          patch('merge', 'configmaps/watched', { metadata: { labels: { watched: null } } }),
        );
        await side.prepare(
          patch('merge', 'configmaps/watched', { metadata: { labels: { watched: '' } } }),
        );
        await side.prepare(remove('configmaps/watched'));
        await side.ask({
          path: watch(
            `configmaps?labelSelector=watched&resourceVersion=${version}&timeoutSeconds=1`,
          ),
        });
        await side.ask({
          path: watch(
            `configmaps?fieldSelector=metadata.name=watched&resourceVersion=${version}&timeoutSeconds=1`,
          ),
          ...name,
        });
        await side.ask({
          path: watch(
            `configmaps?labelSelector=watched&resourceVersion=${version}&timeoutSeconds=1`,
          ),
          ...asTable,
        });
      },
    },
    asks(
      'metadata only of one object and of a list',
      {
        path: 'configmaps/one',
        headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
      },
      { path: listed, ...names },
      {
        path: 'configmaps/missing',
        headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
      },
    ),
    asks(
      'a table of config maps',
      { path: listed, ...asTable },
      { path: 'configmaps/one', ...asTable },
    ),
    asks('a table of pods', { path: 'pods', ...asTable }),
    asks('a table of secrets', { path: 'secrets', ...asTable }),
    asks('a table of services', { path: 'services', ...asTable }),
    asks('a table of claims', { path: 'persistentvolumeclaims', ...asTable }),
    asks('a table of service accounts', { path: 'serviceaccounts', ...asTable }),
    asks('a table of events', { path: 'events?fieldSelector=reason=Told', ...asTable }),
    asks('a table of namespaces', { path: '/api/v1/namespaces/{namespace}', ...asTable }),
    asks('a table of roles', {
      path: '/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles',
      ...asTable,
    }),
    asks('a table of role bindings', {
      path: '/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings',
      ...asTable,
    }),
    asks('a table of quotas', { path: 'resourcequotas', ...asTable }),
    asks('a table of limit ranges', { path: 'limitranges', ...asTable }),
    asks('a table of endpoints', {
      path: 'endpoints?fieldSelector=metadata.name=none',
      ...asTable,
    }),
    asks('a table of disruption budgets', {
      path: '/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets',
      ...asTable,
    }),
    asks('a table of leases', {
      path: '/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases',
      ...asTable,
    }),
    asks('a table of persistent volumes', {
      path: '/api/v1/persistentvolumes?labelSelector=none',
      ...asTable,
    }),
    asks('a table of nodes', { path: '/api/v1/nodes?labelSelector=none', ...asTable }),
    asks('a table of priority classes', {
      path: '/apis/scheduling.k8s.io/v1/priorityclasses?labelSelector=none',
      ...asTable,
    }),
    asks('a table of runtime classes', {
      path: '/apis/node.k8s.io/v1/runtimeclasses?labelSelector=none',
      ...asTable,
    }),
    asks('a table of storage classes', {
      path: '/apis/storage.k8s.io/v1/storageclasses?labelSelector=none',
      ...asTable,
    }),
    asks(
      'a table with whole objects, and with none',
      { path: `${listed}&includeObject=Object`, ...asTable },
      { path: `${listed}&includeObject=None`, ...asTable },
      { path: `${listed}&includeObject=x`, ...asTable },
    ),
    asks(
      'a form that cannot be had',
      { path: listed, headers: { accept: 'text/html' } },
      { path: listed, headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v9' } },
      { path: listed, headers: { accept: 'application/json;as=Chart;g=meta.k8s.io;v=v1' } },
      { path: 'configmaps/one', headers: { accept: 'image/png' } },
    ),
    asks(
      'any form',
      { path: 'configmaps/one', headers: { accept: '*/*' } },
      {
        path: 'configmaps/one',
        headers: { accept: 'text/html, application/json;q=0.9, */*;q=0.8' },
      },
      { path: 'configmaps/one', headers: { accept: '' } },
    ),
    asks('pretty JSON', { path: 'configmaps/one?pretty=true' }),
  ],
};
