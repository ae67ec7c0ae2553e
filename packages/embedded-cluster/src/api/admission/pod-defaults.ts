import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { isRecord, record, records, text } from '../../store/json.ts';

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

function withProbe(probe: JsonValue | undefined): JsonValue | undefined {
  if (!isRecord(probe)) return probe;
  const httpGet = probe['httpGet'];
  return {
    ...probeDefaults,
    ...probe,
    ...(isRecord(httpGet) ? { httpGet: { path: '/', scheme: 'HTTP', ...httpGet } } : {}),
  };
}

function withPort(port: JsonObject, hostNetwork: boolean): JsonObject {
  return {
    ...port,
    protocol: port['protocol'] ?? 'TCP',
    ...(hostNetwork && port['hostPort'] === undefined ? { hostPort: port['containerPort'] } : {}),
  };
}

function withEnvironment(variable: JsonObject): JsonObject {
  const fieldRef = record(variable, 'valueFrom', 'fieldRef');
  if (fieldRef['fieldPath'] === undefined) return variable;
  return { ...variable, valueFrom: { fieldRef: { apiVersion: 'v1', ...fieldRef } } };
}

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
  return ['secret', 'configMap', 'downwardAPI'].includes(source)
    ? { ...volume, [source]: { defaultMode, ...settings } }
    : volume;
}

function withProjection(source: JsonObject): JsonObject {
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
