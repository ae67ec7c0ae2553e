import { freeName } from '../../store/generate-name.ts';
import type { JsonObject, KubeObject } from '@millrace/core';
import { record, records, text } from '../../store/json.ts';
import { podType, serviceAccountType } from '../../store/resource-types.ts';
import { forbidden } from '../../store/status.ts';
import type { AdmissionContext } from './context.ts';

/** Where client libraries in a pod look for their token. */
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** A little over an hour, by which the kubelet knows the token that admission has added. */
const tokenSeconds = 3607;

/**
 * Gives a pod its service account, that account's pull secrets, and its token.
 * @throws ApiStatusError Forbidden when the account does not exist
 */
export function withServiceAccount(context: AdmissionContext, pod: KubeObject): KubeObject {
  const spec = record(pod, 'spec');
  const namespace = pod.metadata.namespace ?? '';
  const name = text(spec, 'serviceAccountName') || text(spec, 'serviceAccount') || 'default';
  const account = context.store.get({ type: serviceAccountType, namespace, name });
  if (account === undefined) {
    throw forbidden(
      podType,
      pod.metadata.name ?? '',
      `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
    );
  }
  const secrets = records(account, 'imagePullSecrets');
  const named: JsonObject = {
    ...spec,
    serviceAccountName: name,
    serviceAccount: name,
    ...(records(spec, 'imagePullSecrets').length === 0 && secrets.length > 0
      ? { imagePullSecrets: secrets }
      : {}),
  };
  const mounts =
    spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'] ?? true;
  return { ...pod, spec: mounts === true ? withToken(named) : named };
}

function withToken(spec: JsonObject): JsonObject {
  const volumes = records(spec, 'volumes');
  const present = volumes.find((volume) => text(volume, 'name').startsWith('kube-api-access-'));
  const name =
    text(present, 'name') ||
    freeName('kube-api-access-', (candidate) =>
      volumes.some((volume) => text(volume, 'name') === candidate),
    );
  const mounted = (field: string): JsonObject =>
    Array.isArray(spec[field])
      ? { [field]: records(spec, field).map((item) => withMount(item, name)) }
      : {};
  const complete = { ...spec, ...mounted('initContainers'), ...mounted('containers') };
  return present === undefined
    ? { ...complete, volumes: [...volumes, tokenVolume(name)] }
    : complete;
}

/** Something of the user's own at that path stays. */
function withMount(container: JsonObject, name: string): JsonObject {
  const mounts = records(container, 'volumeMounts');
  if (mounts.some((mount) => text(mount, 'mountPath') === tokenPath)) return container;
  const mount = { name, readOnly: true, mountPath: tokenPath };
  return { ...container, volumeMounts: [...mounts, mount] };
}

function tokenVolume(name: string): JsonObject {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [
              {
                path: 'namespace',
                fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
              },
            ],
          },
        },
      ],
    },
  };
}
