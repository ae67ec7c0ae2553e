import type { JsonObject } from '@millrace/core';
import { asks, post, type Case, type Topic } from '../case.ts';
import { container, groupObject, idlePod, map, object, policy, rbac } from './objects.ts';

const dry = '?dryRun=All';

/** Pods that are refused, by what is wrong with them. */
const pods: Readonly<Record<string, JsonObject>> = {
  'no spec': { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bad' } },
  'no containers': idlePod('bad', { containers: [] }),
  'containers that are null': idlePod('bad', { containers: null }),
  'a container without a name': idlePod('bad', { containers: [{ image: 'a' }] }),
  'a container without an image': idlePod('bad', { containers: [{ name: 'a' }] }),
  'an image with spaces around': idlePod('bad', { containers: [container('a', { image: ' a ' })] }),
  'a container name in capitals': idlePod('bad', { containers: [container('Main_1')] }),
  'a container name that is too long': idlePod('bad', { containers: [container('a'.repeat(64))] }),
  'two containers of one name': idlePod('bad', { containers: [container(), container()] }),
  'an init container named as a container': idlePod('bad', { initContainers: [container()] }),
  'a name in capitals': idlePod('Bad'),
  'a name with an underscore': idlePod('bad_name'),
  'a name that is too long': idlePod('a'.repeat(254)),
  'a name that ends in a dot': idlePod('bad.'),
  'an empty name': idlePod(''),
  'a bad label key': idlePod('bad', {}, { labels: { 'a b': 'c' } }),
  'a label key with two slashes': idlePod('bad', {}, { labels: { 'a/b/c': 'c' } }),
  'a label key with an empty prefix': idlePod('bad', {}, { labels: { '/b': 'c' } }),
  'a label key with a bad prefix': idlePod('bad', {}, { labels: { 'A_b/c': 'c' } }),
  'a label key that is too long': idlePod('bad', {}, { labels: { ['a'.repeat(64)]: 'c' } }),
  'a bad label value': idlePod('bad', {}, { labels: { a: 'b c' } }),
  'a label value that is too long': idlePod('bad', {}, { labels: { a: 'b'.repeat(64) } }),
  'a bad annotation key': idlePod('bad', {}, { annotations: { 'a b': 'c' } }),
  'annotations that are too big': idlePod('bad', {}, { annotations: { a: 'b'.repeat(300_000) } }),
  'an unknown restart policy': idlePod('bad', { restartPolicy: 'Sometimes' }),
  'an unknown pull policy': idlePod('bad', {
    containers: [container('a', { imagePullPolicy: 'Maybe' })],
  }),
  'an unknown DNS policy': idlePod('bad', { dnsPolicy: 'Other' }),
  'DNS policy None without servers': idlePod('bad', { dnsPolicy: 'None' }),
  'too many name servers': idlePod('bad', {
    dnsConfig: { nameservers: ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'] },
  }),
  'a name server that is no address': idlePod('bad', { dnsConfig: { nameservers: ['x'] } }),
  'a negative grace period': idlePod('bad', { terminationGracePeriodSeconds: -1 }),
  'a deadline of nothing': idlePod('bad', { activeDeadlineSeconds: 0 }),
  'a host name that is bad': idlePod('bad', { hostname: 'a.b' }),
  'a host alias that is bad': idlePod('bad', { hostAliases: [{ ip: 'x', hostnames: ['A_'] }] }),
  'a node selector that is bad': idlePod('bad', { nodeSelector: { 'a b': 'c d' } }),
  'a toleration of no operator': idlePod('bad', { tolerations: [{ key: 'a', operator: 'Like' }] }),
  'a toleration that exists with a value': idlePod('bad', {
    tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }],
  }),
  'a toleration without key and operator': idlePod('bad', { tolerations: [{ value: 'b' }] }),
  'a toleration with seconds and no effect': idlePod('bad', {
    tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 3 }],
  }),
  'a toleration of an unknown effect': idlePod('bad', {
    tolerations: [{ key: 'a', operator: 'Exists', effect: 'Stay' }],
  }),
  'a mount of no volume': idlePod('bad', {
    containers: [container('a', { volumeMounts: [{ name: 'v', mountPath: '/a' }] })],
  }),
  'a mount without a path': idlePod('bad', {
    volumes: [{ name: 'v' }],
    containers: [container('a', { volumeMounts: [{ name: 'v' }] })],
  }),
  'two mounts at one path': idlePod('bad', {
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [
      container('a', {
        volumeMounts: [
          { name: 'v', mountPath: '/a' },
          { name: 'v', mountPath: '/a' },
        ],
      }),
    ],
  }),
  'a mount of a path that climbs': idlePod('bad', {
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [
      container('a', { volumeMounts: [{ name: 'v', mountPath: '/a', subPath: '../b' }] }),
    ],
  }),
  'a mount path with a colon': idlePod('bad', {
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [container('a', { volumeMounts: [{ name: 'v', mountPath: '/a:b' }] })],
  }),
  'a volume without a name': idlePod('bad', { volumes: [{ emptyDir: {} }] }),
  'two volumes of one name': idlePod('bad', {
    volumes: [
      { name: 'v', emptyDir: {} },
      { name: 'v', emptyDir: {} },
    ],
  }),
  'a volume of two sources': idlePod('bad', {
    volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }],
  }),
  'a volume name in capitals': idlePod('bad', { volumes: [{ name: 'V', emptyDir: {} }] }),
  'a secret volume without a name': idlePod('bad', { volumes: [{ name: 'v', secret: {} }] }),
  'a config map volume without a name': idlePod('bad', { volumes: [{ name: 'v', configMap: {} }] }),
  'a claim volume without a name': idlePod('bad', {
    volumes: [{ name: 'v', persistentVolumeClaim: {} }],
  }),
  'a host path volume without a path': idlePod('bad', { volumes: [{ name: 'v', hostPath: {} }] }),
  'a host path of an unknown type': idlePod('bad', {
    volumes: [{ name: 'v', hostPath: { path: '/a', type: 'Thing' } }],
  }),
  'a host path that climbs': idlePod('bad', {
    volumes: [{ name: 'v', hostPath: { path: '/a/../b' } }],
  }),
  'an empty folder of negative size': idlePod('bad', {
    volumes: [{ name: 'v', emptyDir: { sizeLimit: '-1' } }],
  }),
  'an item that climbs': idlePod('bad', {
    volumes: [{ name: 'v', secret: { secretName: 's', items: [{ key: 'a', path: '../b' }] } }],
  }),
  'an item without key and path': idlePod('bad', {
    volumes: [{ name: 'v', configMap: { name: 's', items: [{}] } }],
  }),
  'a mode that is too large': idlePod('bad', {
    volumes: [{ name: 'v', secret: { secretName: 's', defaultMode: 4096 } }],
  }),
  'a variable without a name': idlePod('bad', {
    containers: [container('a', { env: [{ value: 'b' }] })],
  }),
  'a variable of a bad name': idlePod('bad', {
    containers: [container('a', { env: [{ name: 'a=b', value: 'b' }] })],
  }),
  'a variable of two values': idlePod('bad', {
    containers: [
      container('a', {
        env: [{ name: 'A', value: 'b', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      }),
    ],
  }),
  'a variable of an unknown field': idlePod('bad', {
    containers: [
      container('a', {
        env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nothing' } } }],
      }),
    ],
  }),
  'a variable from nothing': idlePod('bad', {
    containers: [container('a', { env: [{ name: 'A', valueFrom: {} }] })],
  }),
  'a variable of a secret without a key': idlePod('bad', {
    containers: [
      container('a', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's' } } }] }),
    ],
  }),
  'variables from nothing': idlePod('bad', { containers: [container('a', { envFrom: [{}] })] }),
  'a request above its limit': idlePod('bad', {
    containers: [
      container('a', {
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '2' } },
      }),
    ],
  }),
  'a negative quantity': idlePod('bad', {
    containers: [container('a', { resources: { requests: { cpu: '-1' } } })],
  }),
  'a quantity that is a word': idlePod('bad', {
    containers: [container('a', { resources: { requests: { cpu: 'many' } } })],
  }),
  'a resource of an unknown short name': idlePod('bad', {
    containers: [container('a', { resources: { requests: { gpu: '1' } } })],
  }),
  'an extended resource in parts': idlePod('bad', {
    containers: [container('a', { resources: { limits: { 'example.org/gpu': '500m' } } })],
  }),
  'an extended resource without a limit': idlePod('bad', {
    containers: [container('a', { resources: { requests: { 'example.org/gpu': '1' } } })],
  }),
  'a fraction of a byte of memory': idlePod('bad', {
    containers: [container('a', { resources: { requests: { memory: '1m' } } })],
  }),
  'a port that is too large': idlePod('bad', {
    containers: [container('a', { ports: [{ containerPort: 70_000 }] })],
  }),
  'a port without a number': idlePod('bad', {
    containers: [container('a', { ports: [{ name: 'http' }] })],
  }),
  'a port of a bad name': idlePod('bad', {
    containers: [container('a', { ports: [{ name: 'a_name_that_is_long', containerPort: 80 }] })],
  }),
  'two ports of one name': idlePod('bad', {
    containers: [
      container('a', {
        ports: [
          { name: 'x', containerPort: 80 },
          { name: 'x', containerPort: 81 },
        ],
      }),
    ],
  }),
  'a port of an unknown protocol': idlePod('bad', {
    containers: [container('a', { ports: [{ containerPort: 80, protocol: 'ICMP' }] })],
  }),
  'a probe without a handler': idlePod('bad', {
    containers: [container('a', { livenessProbe: {} })],
  }),
  'a probe of two handlers': idlePod('bad', {
    containers: [
      container('a', { livenessProbe: { exec: { command: ['a'] }, tcpSocket: { port: 1 } } }),
    ],
  }),
  'a probe of negative times': idlePod('bad', {
    containers: [
      container('a', {
        livenessProbe: {
          exec: { command: ['a'] },
          periodSeconds: -1,
          timeoutSeconds: -1,
          initialDelaySeconds: -1,
        },
      }),
    ],
  }),
  'a liveness probe that must succeed twice': idlePod('bad', {
    containers: [
      container('a', { livenessProbe: { exec: { command: ['a'] }, successThreshold: 2 } }),
    ],
  }),
  'a probe of an empty command': idlePod('bad', {
    containers: [container('a', { readinessProbe: { exec: {} } })],
  }),
  'a probe of a port that is none': idlePod('bad', {
    containers: [container('a', { readinessProbe: { httpGet: { port: 0 } } })],
  }),
  'a readiness probe of an init container': idlePod('bad', {
    initContainers: [container('i', { readinessProbe: { exec: { command: ['a'] } } })],
  }),
  'a life cycle of an init container': idlePod('bad', {
    initContainers: [container('i', { lifecycle: { preStop: { exec: { command: ['a'] } } } })],
  }),
  'an unknown termination policy': idlePod('bad', {
    containers: [container('a', { terminationMessagePolicy: 'x' })],
  }),
  'a negative user': idlePod('bad', { securityContext: { runAsUser: -1, fsGroup: -1 } }),
  'a privileged container without escalation': idlePod('bad', {
    containers: [
      container('a', { securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
    ],
  }),
  'an unknown seccomp profile': idlePod('bad', {
    securityContext: { seccompProfile: { type: 'x' } },
  }),
  'a bad system control': idlePod('bad', {
    securityContext: { sysctls: [{ name: 'a b', value: '' }, { name: '' }] },
  }),
  'a pull secret without a name': idlePod('bad', { imagePullSecrets: [{}] }),
  'a host port that differs from the container port': idlePod('bad', {
    hostNetwork: true,
    containers: [container('a', { ports: [{ containerPort: 80, hostPort: 81 }] })],
  }),
  'an affinity of an unknown operator': idlePod('bad', {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Like' }] }],
        },
      },
    },
  }),
  'an affinity of no terms': idlePod('bad', {
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
    },
  }),
  'an affinity whose weight is too large': idlePod('bad', {
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 101, preference: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
        ],
      },
    },
  }),
  'a pod affinity without a topology': idlePod('bad', {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: { matchLabels: { a: 'b' } } },
        ],
      },
    },
  }),
  'a spread of no skew': idlePod('bad', {
    topologySpreadConstraints: [{ maxSkew: 0, whenUnsatisfiable: 'x' }],
  }),
  'a readiness gate of a bad name': idlePod('bad', { readinessGates: [{ conditionType: 'a b' }] }),
  'a service account of a bad name': idlePod('bad', { serviceAccountName: 'A_b' }),
  'an owner without a uid': idlePod(
    'bad',
    {},
    { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x' }] },
  ),
  'two controlling owners': idlePod(
    'bad',
    {},
    {
      ownerReferences: [
        { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'a', controller: true },
        { apiVersion: 'v1', kind: 'X', name: 'y', uid: 'b', controller: true },
      ],
    },
  ),
  'a finalizer without a domain': idlePod('bad', {}, { finalizers: ['nothing'] }),
  'many things at once': idlePod('Bad', {
    restartPolicy: 'x',
    containers: [
      { name: '', image: '' },
      { name: 'A', image: 'a', imagePullPolicy: 'x' },
    ],
    volumes: [{ name: '' }],
  }),
};

/** Values of a wrong type, by what is wrong. */
const wrongTypes: Readonly<Record<string, JsonObject>> = {
  'a word for a number': idlePod('bad', { terminationGracePeriodSeconds: 'soon' }),
  'a number for a word': idlePod('bad', { restartPolicy: 5 }),
  'a word for a truth': idlePod('bad', { hostNetwork: 'yes' }),
  'a list for an object': idlePod('bad', { securityContext: [] }),
  'an object for a list': idlePod('bad', { containers: {} }),
  'a word for a list': idlePod('bad', { tolerations: 'all' }),
  'a number as a label': idlePod('bad', {}, { labels: { a: 5 } }),
  'a truth as a variable': idlePod('bad', {
    containers: [container('a', { env: [{ name: 'A', value: true }] })],
  }),
  'a fraction for a whole number': idlePod('bad', { activeDeadlineSeconds: 1.5 }),
  'a number that is too large': idlePod('bad', {
    containers: [container('a', { ports: [{ containerPort: 5_000_000_000 }] })],
  }),
  'metadata that is a word': { apiVersion: 'v1', kind: 'Pod', metadata: 'x', spec: {} },
  'a time that is none': idlePod('bad', {}, { creationTimestamp: 'yesterday' }),
  'a quantity that is a truth': idlePod('bad', {
    containers: [container('a', { resources: { limits: { cpu: true } } })],
  }),
};

const unknownFields: JsonObject = {
  ...idlePod(
    'unknown',
    {
      colour: 'red',
      containers: [container('a', { imagee: 'x', env: [{ name: 'A', valu: 'b' }] })],
    },
    { label: {} },
  ),
  extra: 1,
};

const other: readonly Case[] = [
  asks(
    'unknown fields are refused if strict',
    post(`pods${dry}&fieldValidation=Strict`, unknownFields),
  ),
  asks('unknown fields are warned about', post(`pods${dry}&fieldValidation=Warn`, unknownFields)),
  asks('unknown fields are warned about if nothing is asked', post(`pods${dry}`, unknownFields)),
  asks(
    'unknown fields are dropped without a word',
    post(`pods${dry}&fieldValidation=Ignore`, unknownFields),
  ),
  asks('an unknown way of validation', post(`pods${dry}&fieldValidation=Maybe`, unknownFields)),
  asks(
    'an unknown way of validation with a good object',
    post(`configmaps${dry}&fieldValidation=Maybe`, map('good')),
  ),
  asks(
    'a key twice is refused if strict',
    post(
      `configmaps${dry}&fieldValidation=Strict`,
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"twice"},"data":{"a":"b"},"data":{"c":"d"}}',
    ),
  ),
  asks(
    'a key twice is warned about',
    post(
      `configmaps${dry}`,
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"twice"},"data":{"a":"b"},"data":{"c":"d"}}',
    ),
  ),
  asks(
    'a key in another case is unknown',
    post(
      `configmaps${dry}`,
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"Name":"x","name":"case"},"DATA":{"a":"b"}}',
    ),
  ),
  asks('an unknown dry run', post('configmaps?dryRun=Some', map('dry'))),
  asks('a wrong kind', post(`pods${dry}`, map('wrong'))),
  asks('a kind that does not exist', post(`pods${dry}`, object('Thing', 'wrong'))),
  asks('a wrong version', post(`pods${dry}`, groupObject('v2', 'Pod', 'wrong'))),
  asks('a wrong group', post(`pods${dry}`, groupObject('example.org/v1', 'Pod', 'wrong'))),
  asks('a bad apiVersion', post(`pods${dry}`, groupObject('a/b/c', 'Pod', 'wrong'))),
  asks(
    'a namespace in the body that is not that of the path',
    post(`configmaps${dry}`, map('elsewhere', { namespace: 'other' })),
  ),
  asks(
    'a namespace in the body that is that of the path',
    post(`configmaps${dry}`, map('here', { namespace: '{namespace}' })),
  ),
  asks('a name in the path of a creation', post('configmaps/name', map('name'))),
  asks('no body', { method: 'POST', path: 'configmaps' }),
  asks('an empty body', post('configmaps', '')),
  asks('a body that is no JSON', post('configmaps', '{"kind":')),
  asks('a body that is a word', post('configmaps', 'hello')),
  asks('a body that is a list', post('configmaps', '[]')),
  asks('a body that is null', post('configmaps', 'null')),
  asks('a body that is an empty object', post('configmaps', '{}')),
  asks(
    'a body that has something behind it',
    post('configmaps', `${JSON.stringify(map('behind'))} x`),
  ),
  asks(
    'a body that is too large',
    post('configmaps', JSON.stringify(map('large', {}, { a: 'x'.repeat(3 * 1024 * 1024 + 10) }))),
  ),
  asks(
    'a config map that is too large',
    post('configmaps', JSON.stringify(map('large', {}, { a: 'x'.repeat(1024 * 1024 + 10) }))),
  ),
  asks(
    'a secret that is too large',
    post(
      'secrets',
      JSON.stringify(
        object('Secret', 'large', { stringData: { a: 'x'.repeat(1024 * 1024 + 10) } }),
      ),
    ),
  ),
  asks('an unknown type of body', {
    ...post('configmaps', 'a'),
    headers: { 'content-type': 'text/plain' },
  }),
  asks('a type of body with parameters', {
    ...post(`configmaps${dry}`, map('parameters')),
    headers: { 'content-type': 'application/json; charset=utf-8' },
  }),
  asks(
    'a secret that is not base64',
    post(`secrets${dry}`, object('Secret', 'bad', { data: { a: 'b' } })),
  ),
  asks(
    'a secret with a bad key',
    // One at a time: Go's maps are read in an order of chance.
    post(`secrets${dry}`, object('Secret', 'bad', { stringData: { 'a b': 'b' } })),
    post(`secrets${dry}`, object('Secret', 'bad', { stringData: { '..': 'c' } })),
    post(`secrets${dry}`, object('Secret', 'bad', { stringData: { '': 'd' } })),
  ),
  asks(
    'a secret of certificates without them',
    post(`secrets${dry}`, object('Secret', 'bad', { type: 'kubernetes.io/tls' })),
  ),
  asks(
    'a docker configuration that is no JSON',
    post(
      `secrets${dry}`,
      object('Secret', 'bad', {
        type: 'kubernetes.io/dockerconfigjson',
        stringData: { '.dockerconfigjson': 'x' },
      }),
    ),
  ),
  asks(
    'a docker configuration without its key',
    post(`secrets${dry}`, object('Secret', 'bad', { type: 'kubernetes.io/dockerconfigjson' })),
  ),
  asks(
    'basic credentials without any',
    post(`secrets${dry}`, object('Secret', 'bad', { type: 'kubernetes.io/basic-auth' })),
  ),
  asks(
    'a key for SSH without it',
    post(`secrets${dry}`, object('Secret', 'bad', { type: 'kubernetes.io/ssh-auth' })),
  ),
  asks(
    'a token of no account',
    post(`secrets${dry}`, object('Secret', 'bad', { type: 'kubernetes.io/service-account-token' })),
  ),
  asks('a config map with a bad key', post(`configmaps${dry}`, map('bad', {}, { 'a b': 'c' }))),
  asks(
    'a config map with a key on both sides',
    post(
      `configmaps${dry}`,
      object('ConfigMap', 'bad', { data: { a: 'b' }, binaryData: { a: 'AAE=' } }),
    ),
  ),
  asks('a service without ports', post(`services${dry}`, object('Service', 'bad', { spec: {} }))),
  asks(
    'a service named by a number',
    post(`services${dry}`, object('Service', '1bad', { spec: { ports: [{ port: 80 }] } })),
  ),
  asks(
    'a service of bad ports',
    post(
      `services${dry}`,
      object('Service', 'bad', {
        spec: {
          ports: [
            { port: 0, name: 'A_b' },
            { port: 80, protocol: 'X', targetPort: 0 },
          ],
        },
      }),
    ),
  ),
  asks(
    'a service of an unknown type',
    post(
      `services${dry}`,
      object('Service', 'bad', { spec: { type: 'X', ports: [{ port: 80 }] } }),
    ),
  ),
  asks(
    'a service of two equal ports',
    post(
      `services${dry}`,
      object('Service', 'bad', {
        spec: {
          ports: [
            { name: 'a', port: 80 },
            { name: 'a', port: 80 },
          ],
        },
      }),
    ),
  ),
  asks(
    'a service with a bad selector',
    post(
      `services${dry}`,
      object('Service', 'bad', { spec: { selector: { 'a b': 'c d' }, ports: [{ port: 80 }] } }),
    ),
  ),
  asks(
    'a claim of nothing',
    post(`persistentvolumeclaims${dry}`, object('PersistentVolumeClaim', 'bad', { spec: {} })),
  ),
  asks(
    'a claim of an unknown mode',
    post(
      `persistentvolumeclaims${dry}`,
      object('PersistentVolumeClaim', 'bad', {
        spec: { accessModes: ['All'], volumeMode: 'X', resources: { requests: { storage: '0' } } },
      }),
    ),
  ),
  asks(
    'a role of a rule without verbs',
    post(
      `${rbac}/roles${dry}`,
      groupObject('rbac.authorization.k8s.io/v1', 'Role', 'bad', {
        rules: [{ apiGroups: [''], resources: ['pods'] }],
      }),
    ),
  ),
  asks(
    'a role of a rule without resources',
    post(
      `${rbac}/roles${dry}`,
      groupObject('rbac.authorization.k8s.io/v1', 'Role', 'bad', { rules: [{ verbs: ['get'] }] }),
    ),
  ),
  asks(
    'a role of a rule with paths',
    post(
      `${rbac}/roles${dry}`,
      groupObject('rbac.authorization.k8s.io/v1', 'Role', 'bad', {
        rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }],
      }),
    ),
  ),
  asks(
    'a role binding of a bad subject',
    post(
      `${rbac}/rolebindings${dry}`,
      groupObject('rbac.authorization.k8s.io/v1', 'RoleBinding', 'bad', {
        roleRef: { kind: 'Role', name: 'x' },
        subjects: [
          { kind: 'Thing', name: 'x' },
          { kind: 'ServiceAccount', name: 'x' },
          { kind: 'User' },
        ],
      }),
    ),
  ),
  asks(
    'a role binding of a bad reference',
    post(
      `${rbac}/rolebindings${dry}`,
      groupObject('rbac.authorization.k8s.io/v1', 'RoleBinding', 'bad', {
        roleRef: { kind: 'Thing', name: '' },
      }),
    ),
  ),
  asks('a namespace of a bad name', post(`/api/v1/namespaces${dry}`, object('Namespace', 'a.b'))),
  asks(
    'a disruption budget of both bounds',
    post(
      `${policy}/poddisruptionbudgets${dry}`,
      groupObject('policy/v1', 'PodDisruptionBudget', 'bad', {
        spec: { minAvailable: 1, maxUnavailable: 1 },
      }),
    ),
  ),
  asks(
    'a disruption budget of a bad bound',
    post(
      `${policy}/poddisruptionbudgets${dry}`,
      groupObject('policy/v1', 'PodDisruptionBudget', 'bad', { spec: { minAvailable: 'x' } }),
    ),
  ),
  asks(
    'a quota that is negative',
    post(
      `resourcequotas${dry}`,
      object('ResourceQuota', 'bad', { spec: { hard: { pods: '-1' } } }),
    ),
    post(`resourcequotas${dry}`, object('ResourceQuota', 'bad', { spec: { hard: { x: '1' } } })),
  ),
];

export const invalid: Topic = {
  name: 'objects that are refused',
  cases: [
    ...Object.entries(pods).map(([what, pod]) =>
      asks(`a pod with ${what} is refused`, post(`pods${dry}`, pod)),
    ),
    ...Object.entries(wrongTypes).map(([what, pod]) =>
      asks(`a pod with ${what} does not decode`, post(`pods${dry}`, pod)),
    ),
    ...other,
  ],
};
