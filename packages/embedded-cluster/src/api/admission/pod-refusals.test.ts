import type { JsonObject } from '@millrace/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { podOf, podsPath, startFixture, type Fixture } from '../fixture.test.helpers.ts';

let cluster: Fixture;
beforeAll(async () => {
  cluster = await startFixture();
});
afterAll(() => cluster.close());

const container = (fields: JsonObject = {}): JsonObject => ({ name: 'c', image: 'a:1', ...fields });
const only = (fields: JsonObject): JsonObject => ({ containers: [container(fields)] });
const volume = (fields: JsonObject): JsonObject => ({ volumes: [{ name: 'v', ...fields }] });
const mounted = (fields: JsonObject): JsonObject => ({
  ...volume({ emptyDir: {} }),
  ...only({ volumeMounts: [{ name: 'v', mountPath: '/a', ...fields }] }),
});
const env = (fields: JsonObject): JsonObject => only({ env: [{ name: 'A', ...fields }] });
const port = (fields: JsonObject): JsonObject =>
  only({ ports: [{ containerPort: 80, ...fields }] });
const probe = (fields: JsonObject): JsonObject => only({ livenessProbe: fields });
const command = { exec: { command: ['a'] } };
const init = (fields: JsonObject): JsonObject => ({
  initContainers: [container({ name: 'i', ...fields })],
});
const amounts = (kind: string, fields: JsonObject): JsonObject =>
  only({ resources: { [kind]: fields } });
const node = (fields: JsonObject): JsonObject => ({ affinity: { nodeAffinity: fields } });
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const name =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** What is wrong, the pod, and what Kubernetes says. */
it.each<[string, JsonObject, string]>([
  [
    'a host name with dots',
    { hostname: 'a.b' },
    'spec.hostname: Invalid value: "a.b": must not contain dots',
  ],
  [
    'a name of a container with dots',
    only({ name: 'a.b' }),
    'spec.containers[0].name: Invalid value: "a.b": must not contain dots',
  ],
  [
    'a name of a container that is no name at all',
    only({ name: 'A.b' }),
    'spec.containers[0].name: Invalid value: "A.b": a lowercase RFC 1123 label',
  ],
  [
    'a bad alias of a host',
    { hostAliases: [{ ip: '192.0.2.1', hostnames: ['A_'] }] },
    'spec.hostAliases[0].hostnames[0]: Invalid value: "A_": a lowercase RFC 1123 subdomain',
  ],
  [
    'no DNS settings of its own',
    { dnsPolicy: 'None' },
    'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None',
  ],
  [
    'too many name servers',
    { dnsConfig: { nameservers: ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'] } },
    'spec.dnsConfig.nameservers: Invalid value: ["192.0.2.1","192.0.2.2","192.0.2.3","192.0.2.4"]: must not have more than 3 nameservers',
  ],
  [
    'seconds of another effect',
    { tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 3 }] },
    'spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
  ],
  [
    'a bad readiness gate',
    { readinessGates: [{ conditionType: 'a b' }] },
    `spec.readinessGates[0].conditionType: Invalid value: "a b": ${name}`,
  ],
  [
    'a sub-path that climbs',
    mounted({ subPath: '../b' }),
    'spec.containers[0].volumeMounts.subPath: Invalid value: "../b": must not contain \'..\'',
  ],
  [
    'an unknown type of host path',
    volume({ hostPath: { path: '/a', type: 'Thing' } }),
    'spec.volumes[0].hostPath.type: Unsupported value: "Thing": supported values: "", "BlockDevice"',
  ],
  [
    'a folder of negative size',
    volume({ emptyDir: { sizeLimit: '-1' } }),
    'spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity',
  ],
  [
    'an item that climbs',
    volume({ secret: { secretName: 's', items: [{ key: 'a', path: '../b' }] } }),
    'spec.volumes[0].secret.items[0].path: Invalid value: "../b": must not contain \'..\'',
  ],
  [
    'an empty item',
    volume({ configMap: { name: 's', items: [{}] } }),
    '[spec.volumes[0].configMap.items[0].key: Required value, spec.volumes[0].configMap.items[0].path: Required value]',
  ],
  [
    'a mode that is too large',
    volume({ secret: { secretName: 's', defaultMode: 4096 } }),
    'spec.volumes[0].secret.defaultMode: Invalid value: 4096: must be a number between 0 and 0777 (octal), both inclusive',
  ],
  [
    'a variable of an unknown field',
    env({ valueFrom: { fieldRef: { fieldPath: 'spec.nothing' } } }),
    'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nothing": error converting fieldPath: field label not supported: spec.nothing',
  ],
  [
    'a variable from nothing',
    env({ valueFrom: {} }),
    'spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
  ],
  [
    'a variable of a secret without a key',
    env({ valueFrom: { secretKeyRef: { name: 's' } } }),
    'spec.containers[0].env[0].valueFrom.secretKeyRef.key: Required value',
  ],
  [
    'variables from nothing',
    only({ envFrom: [{}] }),
    'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
  ],
  [
    'a resource that nobody knows',
    amounts('requests', { gpu: '1' }),
    '[spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified, spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers]',
  ],
  [
    'half an extended resource',
    amounts('limits', { 'example.org/gpu': '500m' }),
    '[spec.containers[0].resources.limits[example.org/gpu]: Invalid value: "500m": must be an integer, spec.containers[0].resources.requests[example.org/gpu]: Invalid value: "500m": must be an integer]',
  ],
  [
    'an extended resource without a limit',
    amounts('requests', { 'example.org/gpu': '1' }),
    'spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources',
  ],
  [
    'a bad name of a port',
    port({ name: 'a_name_that_is_long' }),
    '[spec.containers[0].ports[0].name: Invalid value: "a_name_that_is_long": must be no more than 15 characters, spec.containers[0].ports[0].name: Invalid value: "a_name_that_is_long": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)]',
  ],
  [
    'another port of the host on its network',
    { hostNetwork: true, ...port({ hostPort: 81 }) },
    'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
  ],
  [
    'a probe of nothing',
    probe({}),
    'spec.containers[0].livenessProbe: Required value: must specify a handler type',
  ],
  [
    'a probe of two things',
    probe({ ...command, tcpSocket: { port: 1 } }),
    'spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
  ],
  [
    'a probe of negative times',
    probe({ ...command, periodSeconds: -1 }),
    'spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'a liveness probe that must succeed twice',
    probe({ ...command, successThreshold: 2 }),
    'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
  ],
  [
    'a probe of no command',
    probe({ exec: {} }),
    'spec.containers[0].livenessProbe.exec.command: Required value',
  ],
  [
    'a probe of a port that is none',
    probe({ httpGet: { port: 0 } }),
    'spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive',
  ],
  [
    'a probe of an init container',
    init({ readinessProbe: command }),
    'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
  ],
  [
    'a life cycle of an init container',
    init({ lifecycle: { preStop: command } }),
    'spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always',
  ],
  [
    'an unknown termination policy',
    only({ terminationMessagePolicy: 'x' }),
    'spec.containers[0].terminationMessagePolicy: Unsupported value: "x": supported values: "File", "FallbackToLogsOnError"',
  ],
  [
    'a negative user',
    { securityContext: { runAsUser: -1, fsGroup: -1 } },
    '[spec.securityContext.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive, spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive]',
  ],
  [
    'an unknown seccomp profile',
    { securityContext: { seccompProfile: { type: 'x' } } },
    'spec.securityContext.seccompProfile.type: Unsupported value: "x": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
  ],
  [
    'a bad system control',
    { securityContext: { sysctls: [{ name: 'a b' }] } },
    'spec.securityContext.sysctls[0].name: Invalid value: "a b": must have at most 253 characters and match regex',
  ],
  [
    'privileges without escalation',
    only({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
    'spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,',
  ],
  [
    'an affinity of an unknown operator',
    node({
      [required]: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Like' }] }] },
    }),
    `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "Like": not a valid selector operator`,
  ],
  [
    'an affinity of no terms',
    node({ [required]: { nodeSelectorTerms: [] } }),
    `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms: Required value: must have at least one node selector term`,
  ],
  [
    'a preference that weighs too much',
    node({ [preferred]: [{ weight: 101, preference: {} }] }),
    `spec.affinity.nodeAffinity.${preferred}[0].weight: Invalid value: 101: must be in the range 1-100`,
  ],
  [
    'an affinity to pods without a topology',
    { affinity: { podAffinity: { [required]: [{}] } } },
    `[spec.affinity.podAffinity.${required}[0].topologyKey: Required value: can not be empty, `,
  ],
  [
    'a spread of no skew',
    {
      topologySpreadConstraints: [
        { maxSkew: 0, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule' },
      ],
    },
    'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
  ],
])('refuses %s', async (_what, spec, message) => {
  expect(await cluster.call('POST', `${podsPath}?dryRun=All`, podOf('p', spec))).toMatchObject({
    code: 422,
    body: { message: expect.stringContaining(`Pod "p" is invalid: ${message}`) as string },
  });
});

it.each<[string, JsonObject, string]>([
  [
    'a finalizer without a domain',
    { finalizers: ['nothing'] },
    'metadata.finalizers[0]: Invalid value: "nothing": name is neither a standard finalizer name nor is it fully qualified',
  ],
  [
    'an owner without a uid',
    { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x' }] },
    'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
  ],
  [
    'two owners in control',
    {
      ownerReferences: ['x', 'y'].map((item) => ({
        apiVersion: 'v1',
        kind: 'X',
        name: item,
        uid: item,
        controller: true,
      })),
    },
    'Only one reference can have Controller set to true. Found "true" in references for X/x and X/y',
  ],
  [
    'annotations that are too large',
    { annotations: { a: 'b'.repeat(300_000) } },
    'metadata.annotations: Too long: may not be more than 262144 bytes',
  ],
])('refuses %s in metadata', async (_what, metadata, message) => {
  expect(
    await cluster.call('POST', `${podsPath}?dryRun=All`, podOf('p', {}, metadata)),
  ).toMatchObject({
    code: 422,
    body: { message: expect.stringContaining(message) as string },
  });
});

it.each<[string, JsonObject, string]>([
  [
    'a word for a policy',
    { restartPolicy: 5 },
    'json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
  ],
  [
    'an object for a list',
    { securityContext: [] },
    'json: cannot unmarshal array into Go struct field PodSpec.spec.securityContext of type v1.PodSecurityContext',
  ],
  [
    'a whole number',
    { activeDeadlineSeconds: 1.5 },
    'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64',
  ],
])('tells the type that was wanted: %s', async (_what, spec, message) => {
  expect((await cluster.call('POST', podsPath, podOf('p', spec))).body).toMatchObject({
    message: `Pod in version "v1" cannot be handled as a Pod: ${message}`,
  });
});

it('takes no time for one that is none', async () => {
  const pod = podOf('p', {}, { creationTimestamp: 'yesterday' });
  expect((await cluster.call('POST', podsPath, pod)).body).toMatchObject({
    message: expect.stringContaining('parsing time "yesterday" as') as string,
  });
});

it('refuses a runtime class until it is there', async () => {
  const runs = (runtimeClassName: string): ReturnType<Fixture['call']> =>
    cluster.call('POST', `${podsPath}?dryRun=All`, podOf('p', { runtimeClassName }));
  expect(await runs('kata')).toMatchObject({
    code: 403,
    body: { message: 'pods "p" is forbidden: pod rejected: RuntimeClass "kata" not found' },
  });
  const path = '/apis/node.k8s.io/v1/runtimeclasses';
  await cluster.call('POST', path, { metadata: { name: 'kata' }, handler: 'kata' });
  expect((await runs('kata')).code).toBe(201);
});

it('warns of what is odd and yet taken', async () => {
  const odd = { imagePullSecrets: [{}], ...amounts('requests', { memory: '1m' }) };
  const { headers } = await cluster.call('POST', `${podsPath}?dryRun=All`, podOf('p', odd));
  expect(headers.get('warning')).toBe(
    String.raw`299 - "spec.imagePullSecrets[0].name: invalid empty name \"\"", 299 - "spec.containers[0].resources.requests[memory]: fractional byte value \"1m\" is invalid, must be an integer"`,
  );
});
