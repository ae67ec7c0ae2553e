import {
  defineBinding,
  isRunnerError,
  SettingError,
  type Binding,
  type JsonValue,
} from '@millrace/core';
import { parseQuantity } from '@millrace/kube-objects';
import { forServices, stepVolumes } from './woodpecker-volumes.ts';

/** What the Woodpecker agent calls volumes. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'woodpecker',
    plugin: '@millrace/plugin-volumes',
    rows: [
      {
        key: '/WOODPECKER_BACKEND_K8S_VOLUME_SIZE',
        path: 'workspaceClaim.size',
        form: 'string',
        convert: quantity,
        environment: 'WOODPECKER_BACKEND_K8S_VOLUME_SIZE',
        flag: 'backend-k8s-volume-size',
        since: '2.8',
        default: '10G',
        doc: "Size of the volume of a workflow's workspace.",
      },
      {
        key: '/WOODPECKER_BACKEND_K8S_STORAGE_CLASS',
        path: 'workspaceClaim.storageClass',
        form: 'string',
        environment: 'WOODPECKER_BACKEND_K8S_STORAGE_CLASS',
        flag: 'backend-k8s-storage-class',
        since: '2.8',
        default: "the cluster's default",
        doc: 'Storage class of that volume.',
      },
      {
        key: '/WOODPECKER_BACKEND_K8S_STORAGE_RWX',
        path: 'workspaceClaim.accessMode',
        form: 'boolean',
        convert: (value) => (value === true ? 'ReadWriteMany' : 'ReadWriteOnce'),
        environment: 'WOODPECKER_BACKEND_K8S_STORAGE_RWX',
        flag: 'backend-k8s-storage-rwx',
        since: '2.8',
        default: 'true',
        doc: 'Whether several nodes can mount that volume; if not, see `workspaceClaim.sameNode`.',
      },
    ],
    options: [
      {
        key: '/volumes',
        path: 'sets.step',
        form: 'string-list',
        convert: stepVolumes,
        merge: 'replace',
        doc: 'Claims that are mounted in the step, `claim:/path`; the first is the workspace.',
      },
      {
        key: 'workspaceVolume',
        path: 'sets.step',
        form: 'boolean',
        convert: forServices,
        merge: 'replace',
        doc: 'False keeps the workspace out of a service.',
      },
    ],
    constants: { 'workspaceClaim.enabled': true },
    // Steps may name a claim twice; the API server refuses that, and says so.
    lists: {
      '/spec/volumes': { policy: 'ordered' },
      '/spec/containers/*/volumeMounts': { policy: 'ordered' },
    },
  }),
];

function quantity(value: JsonValue): JsonValue {
  try {
    if (typeof value === 'string') parseQuantity(value);
    return value;
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    throw new SettingError(
      `${JSON.stringify(value)} is no size: ${thrown.message}`,
      'write it like 10G or 50Gi',
    );
  }
}
