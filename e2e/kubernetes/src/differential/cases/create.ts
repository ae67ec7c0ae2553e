import { asks, asksAfter, post, remove, type Topic } from '../case.ts';
import { container, groupObject, idlePod, map, object, policy, rbac } from './objects.ts';

const dry = '?dryRun=All';

export const create: Topic = {
  name: 'create',
  cases: [
    asks('a minimal pod gets its defaults', post('pods', idlePod('minimal'))),
    asks(
      'a pod that says nearly everything keeps it and gets the rest',
      post(
        `pods${dry}`,
        idlePod(
          'full',
          {
            restartPolicy: 'Never',
            terminationGracePeriodSeconds: 5,
            activeDeadlineSeconds: 60,
            serviceAccountName: 'default',
            automountServiceAccountToken: false,
            hostname: 'host',
            subdomain: 'sub',
            shareProcessNamespace: true,
            dnsConfig: {
              nameservers: ['192.0.2.1'],
              searches: ['example.org'],
              options: [{ name: 'ndots', value: '2' }],
            },
            hostAliases: [{ ip: '192.0.2.2', hostnames: ['a.example.org'] }],
            imagePullSecrets: [{ name: 'pull' }],
            tolerations: [
              { key: 'a', operator: 'Exists' },
              { key: 'b', value: 'c', effect: 'NoSchedule' },
            ],
            affinity: {
              nodeAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                  {
                    weight: 5,
                    preference: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] },
                  },
                ],
              },
            },
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: 'kubernetes.io/hostname',
                whenUnsatisfiable: 'ScheduleAnyway',
                labelSelector: { matchLabels: { a: 'b' } },
              },
            ],
            securityContext: {
              runAsUser: 1000,
              runAsGroup: 1000,
              fsGroup: 1000,
              runAsNonRoot: true,
              sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
            },
            initContainers: [
              container('first', { command: ['true'] }),
              container('side', { restartPolicy: 'Always' }),
            ],
            containers: [
              container('main', {
                command: ['sh'],
                args: ['-c', 'true'],
                workingDir: '/tmp',
                tty: true,
                stdin: true,
                ports: [{ containerPort: 80, name: 'http' }],
                env: [
                  { name: 'A', value: 'b' },
                  { name: 'EMPTY', value: '' },
                  { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                  { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
                  {
                    name: 'SECRET',
                    valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } },
                  },
                ],
                envFrom: [
                  { prefix: 'P_', configMapRef: { name: 'c' } },
                  { secretRef: { name: 's', optional: true } },
                ],
                resources: { limits: { cpu: '1', memory: '0.5Gi' }, requests: { cpu: '0.25' } },
                livenessProbe: { httpGet: { port: 80 } },
                readinessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 3 },
                startupProbe: { exec: { command: ['true'] } },
                lifecycle: {
                  preStop: { exec: { command: ['true'] } },
                  postStart: { httpGet: { port: 80 } },
                },
                securityContext: {
                  privileged: false,
                  capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
                  readOnlyRootFilesystem: true,
                },
                volumeMounts: [
                  { name: 'empty', mountPath: '/empty' },
                  { name: 'host', mountPath: '/host', readOnly: true, subPath: 'a/b' },
                ],
              }),
              container('grpc', {
                image: 'example.org/latest',
                livenessProbe: { grpc: { port: 1 } },
              }),
              container('digest', { image: `example.org/digest@sha256:${'0'.repeat(64)}` }),
              container('registry-with-port', { image: 'example.org:5000/name' }),
            ],
            volumes: [
              { name: 'empty', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
              { name: 'host', hostPath: { path: '/tmp' } },
              {
                name: 'secret',
                secret: { secretName: 's', items: [{ key: 'a', path: 'b', mode: 256 }] },
              },
              { name: 'map', configMap: { name: 'c', optional: true } },
              {
                name: 'down',
                downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] },
              },
              {
                name: 'all',
                projected: {
                  sources: [{ secret: { name: 's' } }, { serviceAccountToken: { path: 't' } }],
                },
              },
              { name: 'claim', persistentVolumeClaim: { claimName: 'p' } },
              { name: 'nfs', nfs: { server: 'example.org', path: '/' } },
              { name: 'csi', csi: { driver: 'example.org' } },
              { name: 'none' },
              {
                name: 'ephemeral',
                ephemeral: {
                  volumeClaimTemplate: {
                    spec: {
                      accessModes: ['ReadWriteOnce'],
                      resources: { requests: { storage: '1Gi' } },
                    },
                  },
                },
              },
            ],
          },
          { labels: { a: 'b' }, annotations: { 'example.org/a': 'text' } },
        ),
      ),
    ),
    asks(
      'a pod on the host network gets host ports',
      post(
        `pods${dry}`,
        idlePod('host-network', {
          hostNetwork: true,
          containers: [container('main', { ports: [{ containerPort: 80 }] })],
        }),
      ),
    ),
    asks(
      'a pod whose resources are limits only is guaranteed',
      post(
        `pods${dry}`,
        idlePod('guaranteed', {
          containers: [
            container('main', { resources: { limits: { cpu: '100m', memory: '10Mi' } } }),
          ],
        }),
      ),
    ),
    asks(
      'quantities are written in their canonical form',
      post(
        `pods${dry}`,
        idlePod('quantities', {
          containers: [
            container('main', {
              resources: {
                limits: { cpu: '0.1', memory: '1024Mi', 'ephemeral-storage': '1e3' },
                requests: { cpu: '100m', memory: 1000 },
              },
            }),
          ],
        }),
      ),
    ),
    asks(
      'a pod with a service account that is missing is forbidden',
      post(`pods${dry}`, idlePod('no-account', { serviceAccountName: 'missing' })),
    ),
    asks(
      'a pod with a priority class that is missing is forbidden',
      post(`pods${dry}`, idlePod('no-class', { priorityClassName: 'missing' })),
    ),
    asks(
      'a pod of a priority class gets its number',
      post(`pods${dry}`, idlePod('critical', { priorityClassName: 'system-cluster-critical' })),
    ),
    asks(
      'a pod of a runtime class that is missing is forbidden',
      post(`pods${dry}`, idlePod('no-runtime', { runtimeClassName: 'missing' })),
    ),
    asks(
      'what only the server sets is dropped on creation',
      post(`pods${dry}`, {
        ...idlePod(
          'server-fields',
          {},
          {
            uid: 'x',
            creationTimestamp: '2001-01-01T00:00:00Z',
            generation: 7,
            selfLink: '/x',
            deletionGracePeriodSeconds: 3,
          },
        ),
        status: { phase: 'Running' },
      }),
    ),
    asks(
      'a resource version is refused on creation',
      post('configmaps', map('versioned', { resourceVersion: '1' })),
    ),
    asks(
      'a secret with stringData',
      post('secrets', object('Secret', 'minimal', { stringData: { a: 'b' } })),
    ),
    asks('an empty secret', post(`secrets${dry}`, object('Secret', 'empty'))),
    asks(
      'an immutable secret of a type with both kinds of data',
      post(
        `secrets${dry}`,
        object('Secret', 'full', {
          type: 'example.org/x',
          immutable: true,
          data: { a: 'Yg==', c: '' },
          stringData: { a: 'over', b: 'ü' },
        }),
      ),
    ),
    asks(
      'a secret of a docker configuration',
      post(
        `secrets${dry}`,
        object('Secret', 'docker', {
          type: 'kubernetes.io/dockerconfigjson',
          stringData: { '.dockerconfigjson': '{"auths":{}}' },
        }),
      ),
    ),
    asks('a minimal config map', post('configmaps', map('minimal'))),
    asks(
      'a config map with binary data',
      post(
        `configmaps${dry}`,
        object('ConfigMap', 'full', {
          data: { a: '' },
          binaryData: { b: 'AAE=' },
          immutable: false,
        }),
      ),
    ),
    asks('an empty config map', post(`configmaps${dry}`, object('ConfigMap', 'empty'))),
    asks(
      'a minimal service',
      post('services', object('Service', 'minimal', { spec: { ports: [{ port: 80 }] } })),
    ),
    asks(
      'a service with two ports and a selector',
      post(
        `services${dry}`,
        object('Service', 'full', {
          spec: {
            selector: { a: 'b' },
            ports: [
              { name: 'a', port: 80, targetPort: 'http' },
              { name: 'b', port: 81, targetPort: 8081, protocol: 'UDP' },
            ],
          },
        }),
      ),
    ),
    asks(
      'a headless service',
      post(
        `services${dry}`,
        object('Service', 'headless', { spec: { clusterIP: 'None', selector: { a: 'b' } } }),
      ),
    ),
    asks(
      'a service of an outer name',
      post(
        `services${dry}`,
        object('Service', 'outer', { spec: { type: 'ExternalName', externalName: 'example.org' } }),
      ),
    ),
    asks(
      'a minimal claim',
      post(
        `persistentvolumeclaims${dry}`,
        object('PersistentVolumeClaim', 'minimal', {
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        }),
      ),
    ),
    asks(
      'a claim of no class',
      post(
        `persistentvolumeclaims${dry}`,
        object('PersistentVolumeClaim', 'no-class', {
          spec: {
            accessModes: ['ReadWriteMany'],
            storageClassName: '',
            volumeMode: 'Block',
            resources: { requests: { storage: '1000Mi' } },
            selector: { matchLabels: { a: 'b' } },
          },
        }),
      ),
    ),
    asks('a minimal service account', post('serviceaccounts', object('ServiceAccount', 'minimal'))),
    asks(
      'a service account with secrets',
      post(
        `serviceaccounts${dry}`,
        object('ServiceAccount', 'full', {
          secrets: [{ name: 'a' }],
          imagePullSecrets: [{ name: 'b' }],
          automountServiceAccountToken: false,
        }),
      ),
    ),
    asks(
      'a namespace',
      post(`/api/v1/namespaces${dry}`, object('Namespace', '{namespace}-more', {})),
    ),
    asks(
      'a minimal role',
      post(
        `${rbac}/roles`,
        groupObject('rbac.authorization.k8s.io/v1', 'Role', 'minimal', {
          rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
        }),
      ),
    ),
    asks(
      'a role without rules',
      post(`${rbac}/roles${dry}`, groupObject('rbac.authorization.k8s.io/v1', 'Role', 'empty')),
    ),
    asks(
      'a role binding',
      post(
        `${rbac}/rolebindings${dry}`,
        groupObject('rbac.authorization.k8s.io/v1', 'RoleBinding', 'minimal', {
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'minimal' },
          subjects: [
            { kind: 'ServiceAccount', name: 'default', namespace: '{namespace}' },
            { kind: 'User', name: 'u' },
            { kind: 'Group', name: 'g' },
          ],
        }),
      ),
    ),
    asks(
      'a role binding without a group in its reference',
      post(
        `${rbac}/rolebindings${dry}`,
        groupObject('rbac.authorization.k8s.io/v1', 'RoleBinding', 'short', {
          roleRef: { kind: 'Role', name: 'minimal' },
        }),
      ),
    ),
    asks(
      'a role binding without a reference is refused',
      post(
        `${rbac}/rolebindings${dry}`,
        groupObject('rbac.authorization.k8s.io/v1', 'RoleBinding', 'no-ref', {}),
      ),
    ),
    asks(
      'an event',
      post('events', {
        ...object('Event', 'minimal'),
        involvedObject: { kind: 'Pod', name: 'x', namespace: '{namespace}' },
      }),
    ),
    asks(
      'an event of all fields',
      post(`events${dry}`, {
        ...object('Event', 'full'),
        involvedObject: {
          apiVersion: 'v1',
          kind: 'Pod',
          name: 'x',
          namespace: '{namespace}',
          uid: 'u',
          fieldPath: 'spec',
        },
        reason: 'R',
        message: 'm',
        type: 'Warning',
        count: 2,
        firstTimestamp: '2001-01-01T00:00:00Z',
        lastTimestamp: '2001-01-01T00:00:01Z',
        source: { component: 'c', host: 'h' },
      }),
    ),
    asks(
      'an event about another namespace is refused',
      post(`events${dry}`, {
        ...object('Event', 'foreign'),
        involvedObject: { kind: 'Pod', name: 'x', namespace: 'other' },
      }),
    ),
    asks(
      'a disruption budget',
      post(
        `${policy}/poddisruptionbudgets`,
        groupObject('policy/v1', 'PodDisruptionBudget', 'minimal', {
          spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } },
        }),
      ),
    ),
    asks(
      'a quota',
      post(
        `resourcequotas${dry}`,
        object('ResourceQuota', 'minimal', {
          spec: { hard: { pods: '5', 'requests.cpu': '1000m' } },
        }),
      ),
    ),
    asks(
      'a lease',
      post(
        '/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases',
        groupObject('coordination.k8s.io/v1', 'Lease', 'minimal', {
          spec: {
            holderIdentity: 'me',
            leaseDurationSeconds: 15,
            renewTime: '2001-01-01T00:00:00.123456Z',
          },
        }),
      ),
    ),
    asks(
      'a priority class',
      post(
        `/apis/scheduling.k8s.io/v1/priorityclasses${dry}`,
        groupObject('scheduling.k8s.io/v1', 'PriorityClass', 'differential', { value: 7 }),
      ),
    ),
    asks(
      'a runtime class',
      post(
        `/apis/node.k8s.io/v1/runtimeclasses${dry}`,
        groupObject('node.k8s.io/v1', 'RuntimeClass', 'differential', { handler: 'x' }),
      ),
    ),
    asks(
      'a storage class',
      post(
        `/apis/storage.k8s.io/v1/storageclasses${dry}`,
        groupObject('storage.k8s.io/v1', 'StorageClass', 'differential', {
          provisioner: 'example.org/x',
        }),
      ),
    ),
    asks(
      'a limit range',
      post(
        `limitranges${dry}`,
        object('LimitRange', 'minimal', {
          spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] },
        }),
      ),
    ),
    asksAfter(
      'a name that is taken',
      [post('configmaps', map('taken'))],
      post('configmaps', map('taken')),
      post(`configmaps${dry}`, map('taken')),
    ),
    asksAfter(
      'a name that is taken in a named group',
      [post(`${rbac}/roles`, groupObject('rbac.authorization.k8s.io/v1', 'Role', 'taken', {}))],
      post(`${rbac}/roles`, groupObject('rbac.authorization.k8s.io/v1', 'Role', 'taken', {})),
    ),
    asks(
      'a namespace that is taken',
      post('/api/v1/namespaces', object('Namespace', '{namespace}')),
    ),
    asks(
      'a generated name',
      post('configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { generateName: 'random-' },
      }),
    ),
    asks(
      'a generated name that is bad',
      post('configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { generateName: 'random-_-' },
      }),
    ),
    asks(
      'a generated name beside a name',
      post(`configmaps${dry}`, map('named', { generateName: 'random-' })),
    ),
    asks('neither kind nor apiVersion', post(`configmaps${dry}`, { metadata: { name: 'bare' } })),
    asks(
      'a kind without apiVersion',
      post(`configmaps${dry}`, { kind: 'ConfigMap', metadata: { name: 'bare' } }),
    ),
    asks(
      'labels and annotations that are empty',
      post(
        `configmaps${dry}`,
        map('no-labels', { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] }, {}),
      ),
    ),
    asks(
      'nulls are left out',
      post(`configmaps${dry}`, {
        ...map('nulls', { labels: null, annotations: null }),
        data: null,
        immutable: null,
      }),
    ),
    asks(
      'finalizers and owners are kept',
      post(
        `configmaps${dry}`,
        map('owned', {
          finalizers: ['example.org/a'],
          ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'y' }],
        }),
      ),
    ),
    asks(
      'a namespace that does not exist',
      post('/api/v1/namespaces/not-there/configmaps', map('nowhere')),
    ),
    asks('a namespace for something without one', {
      method: 'POST',
      path: '/api/v1/namespaces/{namespace}/nodes',
      body: object('Node', 'x'),
    }),
    asks(
      'a token of a service account',
      remove('serviceaccounts/never'),
      post('serviceaccounts/never/token', { spec: {} }),
    ),
    asks(
      'a token that lives too short',
      post('serviceaccounts/default/token', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 5 },
      }),
    ),
  ],
};
