import { beforeAll, expect, it } from 'vitest';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { configMap, pod } from './manifests.ts';
import { columnsOf, rowsOf } from './table.ts';

const namespaced: readonly [resource: string, columns: string][] = [
  ['configmaps', 'NAME  DATA  AGE'],
  ['secrets', 'NAME  TYPE  DATA  AGE'],
  ['serviceaccounts', 'NAME  AGE'],
  ['services', 'NAME  TYPE  CLUSTER-IP  EXTERNAL-IP  PORT(S)  AGE  SELECTOR'],
  [
    'events',
    'LAST SEEN  TYPE  REASON  OBJECT  SUBOBJECT  SOURCE  MESSAGE  FIRST SEEN  COUNT  NAME',
  ],
  [
    'persistentvolumeclaims',
    'NAME  STATUS  VOLUME  CAPACITY  ACCESS MODES  STORAGECLASS  VOLUMEATTRIBUTESCLASS  AGE  VOLUMEMODE',
  ],
  ['resourcequotas', 'NAME  REQUEST  LIMIT  AGE'],
  ['limitranges', 'NAME  CREATED AT'],
  ['poddisruptionbudgets', 'NAME  MIN AVAILABLE  MAX UNAVAILABLE  ALLOWED DISRUPTIONS  AGE'],
  ['roles', 'NAME  CREATED AT'],
  ['rolebindings', 'NAME  ROLE  AGE  USERS  GROUPS  SERVICEACCOUNTS'],
  ['leases', 'NAME  HOLDER  AGE'],
];
const ofTheCluster: readonly [resource: string, columns: string][] = [
  ['namespaces', 'NAME  STATUS  AGE'],
  [
    'nodes',
    'NAME  STATUS  ROLES  AGE  VERSION  INTERNAL-IP  EXTERNAL-IP  OS-IMAGE  KERNEL-VERSION  CONTAINER-RUNTIME',
  ],
  ['clusterroles', 'NAME  CREATED AT'],
  ['clusterrolebindings', 'NAME  ROLE  AGE  USERS  GROUPS  SERVICEACCOUNTS'],
  ['priorityclasses', 'NAME  VALUE  GLOBAL-DEFAULT  AGE  PREEMPTIONPOLICY'],
  [
    'storageclasses',
    'NAME  PROVISIONER  RECLAIMPOLICY  VOLUMEBINDINGMODE  ALLOWVOLUMEEXPANSION  AGE',
  ],
];

/** One object of every kind that has a table of its own. */
function examples(image: string): readonly object[] {
  const rbac = 'rbac.authorization.k8s.io';
  const named = (apiVersion: string, kind: string, name: string, rest: object = {}): object => ({
    apiVersion,
    kind,
    metadata: { name },
    ...rest,
  });
  return [
    pod('pod', { image, labels: { app: 'web' } }),
    configMap('config', { a: '1', b: '2' }),
    named('v1', 'Secret', 'secret', { type: 'Opaque', stringData: { a: 'b' } }),
    named('v1', 'ServiceAccount', 'account'),
    named('v1', 'Service', 'service', {
      spec: {
        selector: { app: 'web' },
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 53, protocol: 'UDP' },
        ],
      },
    }),
    named('v1', 'PersistentVolumeClaim', 'claim', {
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'absent',
      },
    }),
    named('v1', 'ResourceQuota', 'quota', { spec: { hard: { pods: '10', 'limits.cpu': '100' } } }),
    named('v1', 'LimitRange', 'range', {
      spec: { limits: [{ type: 'Container', max: { memory: '1Gi' } }] },
    }),
    named('policy/v1', 'PodDisruptionBudget', 'budget', {
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'other' } } },
    }),
    named(`${rbac}/v1`, 'Role', 'role', { rules: [] }),
    named(`${rbac}/v1`, 'RoleBinding', 'binding', {
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'role' },
      subjects: [
        { kind: 'User', apiGroup: rbac, name: 'jane' },
        { kind: 'ServiceAccount', name: 'account', namespace: 'x' },
      ],
    }),
    named('coordination.k8s.io/v1', 'Lease', 'lease', { spec: { holderIdentity: 'me' } }),
  ];
}

/** The tables that the server makes of each kind. */
export const tableSuite: KubectlSuite = defineKubectlSuite(
  'shows every kind as a table',
  (bench) => {
    let kubectl: Kubectl;

    beforeAll(async () => {
      kubectl = await bench.sharedRoom();
      for (const example of examples(bench.cluster().images.shell)) await kubectl.create(example);
      await kubectl.read('wait', '--for=condition=PodScheduled', 'pod/pod', '--timeout=60s');
    });

    it.each([...namespaced, ...ofTheCluster])(
      '%s have the columns %s',
      async (resource, columns) => {
        const table = await kubectl.read('get', resource, '-o', 'wide');
        expect(columnsOf(table)).toEqual(columns.split('  '));
        expect(rowsOf(table)).not.toEqual([]);
      },
    );

    it.each<[resource: string, row: readonly unknown[]]>([
      ['cm/config', ['config', '2', expect.any(String)]],
      ['secret/secret', ['secret', 'Opaque', '1', expect.any(String)]],
      [
        'svc/service',
        [
          'service',
          'ClusterIP',
          expect.stringMatching(/^[\d.]+$/u),
          '<none>',
          '80/TCP,53/UDP',
          expect.any(String),
          'app=web',
        ],
      ],
      ['quota/quota', ['quota', 'pods: 1/10', 'limits.cpu: 0/100', expect.any(String)]],
      ['pdb/budget', ['budget', '1', 'N/A', '0', expect.any(String)]],
      ['rolebinding/binding', ['binding', 'Role/role', expect.any(String), 'jane', 'x/account']],
      ['lease/lease', ['lease', 'me', expect.any(String)]],
      [
        'clusterrolebinding/cluster-admin',
        ['cluster-admin', 'ClusterRole/cluster-admin', expect.any(String), 'system:masters'],
      ],
    ])('%s is told in one row', async (resource, row) => {
      if (resource.startsWith('quota'))
        await kubectl.read(
          'wait',
          '--for=jsonpath={.status.used.pods}=1',
          resource,
          '--timeout=60s',
        );
      expect(rowsOf(await kubectl.read('get', resource, '-o', 'wide'))).toEqual([row]);
    });

    it('a claim that waits shows what it asks for', async () => {
      const [row = []] = rowsOf(await kubectl.read('get', 'pvc', 'claim', '-o', 'wide'));
      expect(row).toEqual([
        'claim',
        'Pending',
        'absent',
        '<unset>',
        expect.any(String),
        'Filesystem',
      ]);
    });

    it('a role shows when it was made', async () => {
      const made = await kubectl.read(
        'get',
        'role',
        'role',
        '-o',
        'jsonpath={.metadata.creationTimestamp}',
      );
      expect(rowsOf(await kubectl.read('get', 'role', 'role'))).toEqual([['role', made]]);
    });

    it('an event shows its source and the part of the object', async () => {
      const events = await kubectl.read(
        'get',
        'events',
        '-o',
        'wide',
        '--field-selector',
        'reason=Scheduled',
      );
      expect(rowsOf(events)[0]?.slice(1, 5)).toEqual([
        'Normal',
        'Scheduled',
        'pod/pod',
        expect.stringMatching(/^default-scheduler\b/u),
      ]);
    });
  },
);
