import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { count, isRecord, record, records, text } from '../../store/json.ts';

/** `Always` for `latest` and for no tag at all, as the API server decides. */
function defaultPullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:(?<tag>[^:/]+)$/u.exec(image)?.groups?.['tag'] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const probeDefaults = {
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
};

const withHttp = (handler: JsonObject): JsonObject =>
  isRecord(handler['httpGet'])
    ? { ...handler, httpGet: { path: '/', scheme: 'HTTP', ...handler['httpGet'] } }
    : handler;

function withHooks(lifecycle: JsonObject): JsonObject {
  const hooks = Object.entries(lifecycle).map(([name, hook]) => [
    name,
    isRecord(hook) ? withHttp(hook) : hook,
  ]);
  return Object.fromEntries(hooks) as JsonObject;
}

function withProbe(probe: JsonValue | undefined): JsonValue | undefined {
  if (!isRecord(probe)) return probe;
  const grpc = probe['grpc'];
  return {
    ...probeDefaults,
    ...withHttp(probe),
    ...(isRecord(grpc) ? { grpc: { service: '', ...grpc } } : {}),
  };
}

function withPort(port: JsonObject, hostNetwork: boolean): JsonObject {
  return {
    ...port,
    protocol: port['protocol'] ?? 'TCP',
    ...(hostNetwork && port['hostPort'] === undefined ? { hostPort: port['containerPort'] } : {}),
  };
}

function withEnvironment({ value, ...variable }: JsonObject): JsonObject {
  const source = record(variable, 'valueFrom');
  const named = value === undefined || value === '' ? variable : { ...variable, value };
  if (isRecord(source['fieldRef']))
    return { ...named, valueFrom: { ...source, fieldRef: withVersion(source['fieldRef']) } };
  if (isRecord(source['resourceFieldRef'])) {
    const resourceFieldRef = { divisor: '0', ...source['resourceFieldRef'] };
    return { ...named, valueFrom: { ...source, resourceFieldRef } };
  }
  return named;
}

const withVersion = (reference: JsonObject): JsonObject => ({ apiVersion: 'v1', ...reference });

/** A limit without a request is a request of the same size. */
function withResources(resources: JsonObject): JsonObject {
  const limits = record(resources, 'limits');
  if (Object.keys(limits).length === 0) return resources;
  return { ...resources, requests: { ...limits, ...record(resources, 'requests') } };
}

function withContainer(container: JsonObject, hostNetwork: boolean): JsonObject {
  const lists: JsonObject = {
    ...(Array.isArray(container['ports'])
      ? { ports: records(container, 'ports').map((port) => withPort(port, hostNetwork)) }
      : {}),
    ...(Array.isArray(container['env'])
      ? { env: records(container, 'env').map(withEnvironment) }
      : {}),
  };
  const probes = Object.fromEntries(
    ['livenessProbe', 'readinessProbe', 'startupProbe']
      .filter((name) => container[name] !== undefined)
      .map((name) => [name, withProbe(container[name])]),
  );
  return {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
    ...lists,
    ...probes,
    ...(isRecord(container['lifecycle']) ? { lifecycle: withHooks(container['lifecycle']) } : {}),
    imagePullPolicy:
      text(container, 'imagePullPolicy') || defaultPullPolicy(text(container, 'image')),
    resources: withResources(record(container, 'resources')),
  };
}

/** Permission bits of files from these volumes: 0644. */
const defaultMode = 0o644;

function withVolume(volume: JsonObject): JsonObject {
  const [source, ...others] = Object.keys(volume).filter((key) => key !== 'name');
  if (source === undefined) return { ...volume, emptyDir: {} };
  if (others.length > 0) return volume;
  const settings = record(volume, source);
  if (source === 'hostPath') return { ...volume, hostPath: { type: '', ...settings } };
  if (source === 'projected')
    return {
      ...volume,
      projected: {
        defaultMode,
        ...settings,
        sources: records(settings, 'sources').map(withProjection),
      },
    };
  if (source === 'downwardAPI')
    return { ...volume, downwardAPI: { defaultMode, ...withItems(settings) } };
  if (source === 'ephemeral')
    return {
      ...volume,
      ephemeral: {
        ...settings,
        volumeClaimTemplate: {
          metadata: {},
          ...record(settings, 'volumeClaimTemplate'),
          spec: { volumeMode: 'Filesystem', ...record(settings, 'volumeClaimTemplate', 'spec') },
        },
      },
    };
  return ['secret', 'configMap'].includes(source)
    ? { ...volume, [source]: { defaultMode, ...settings } }
    : volume;
}

/** Fields of a pod as files: the version of the field is filled in. */
function withItems(settings: JsonObject): JsonObject {
  if (!Array.isArray(settings['items'])) return settings;
  const items = records(settings, 'items').map((item) =>
    isRecord(item['fieldRef']) ? { ...item, fieldRef: withVersion(item['fieldRef']) } : item,
  );
  return { ...settings, items };
}

function withProjection(source: JsonObject): JsonObject {
  if (isRecord(source['downwardAPI']))
    return { ...source, downwardAPI: withItems(source['downwardAPI']) };
  return isRecord(source['serviceAccountToken'])
    ? {
        ...source,
        serviceAccountToken: { expirationSeconds: 3600, ...source['serviceAccountToken'] },
      }
    : source;
}

/** Fills in what the API server fills in for a pod. What the sender wrote stays. */
export function withPodDefaults(pod: KubeObject): KubeObject {
  const spec = record(pod, 'spec');
  const hostNetwork = spec['hostNetwork'] === true;
  const containers = (field: string): JsonObject =>
    Array.isArray(spec[field])
      ? { [field]: records(spec, field).map((container) => withContainer(container, hostNetwork)) }
      : {};
  return {
    ...pod,
    spec: {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
      enableServiceLinks: true,
      ...spec,
      // A negative grace period is as short as there is one.
      ...((count(spec, 'terminationGracePeriodSeconds') ?? 0) < 0
        ? { terminationGracePeriodSeconds: 1 }
        : {}),
      ...containers('initContainers'),
      ...containers('containers'),
      ...(Array.isArray(spec['volumes'])
        ? { volumes: records(spec, 'volumes').map(withVolume) }
        : {}),
    },
  };
}

/** Every pod stays five minutes on a node that became unreachable or not ready. */
export function withDefaultTolerations(spec: JsonObject): JsonObject {
  const present = records(spec, 'tolerations');
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter(
      (key) =>
        !present.some(
          (item) =>
            (text(item, 'key') === key || text(item, 'key') === '') &&
            ['', 'NoExecute'].includes(text(item, 'effect')),
        ),
    )
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  return added.length === 0 ? spec : { ...spec, tolerations: [...present, ...added] };
}
