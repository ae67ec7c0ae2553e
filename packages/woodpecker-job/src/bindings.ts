import { defineBinding, SettingError, type Binding, type JsonValue } from '@millrace/core';
import { pluginName } from './plugin-name.ts';

/** What the Woodpecker agent calls the settings of its steps. */
export const woodpeckerBinding: Binding = defineBinding({
  peer: 'woodpecker',
  plugin: pluginName,
  rows: [
    {
      key: '/WOODPECKER_BACKEND_K8S_STOP_TIMEOUT',
      path: 'stopTimeout',
      form: 'integer',
      convert: seconds,
      environment: 'WOODPECKER_BACKEND_K8S_STOP_TIMEOUT',
      flag: 'backend-k8s-stop-timeout',
      since: '3.14',
      default: '20',
      doc: 'Seconds that pods get to end when they are deleted.',
    },
    {
      key: '/WOODPECKER_BACKEND_K8S_PERMISSION_INIT_IMAGE',
      path: 'permissionImage',
      form: 'string',
      environment: 'WOODPECKER_BACKEND_K8S_PERMISSION_INIT_IMAGE',
      flag: 'backend-k8s-permission-init-image',
      since: '3.16',
      default: 'busybox:stable-musl',
      doc: 'Image of the container that makes the working directory of a step that does not run as root.',
    },
    {
      key: '/WOODPECKER_BACKEND_K8S_POD_LABELS_ALLOW_FROM_STEP',
      path: 'userLabels',
      form: 'boolean',
      shared: true,
      environment: 'WOODPECKER_BACKEND_K8S_POD_LABELS_ALLOW_FROM_STEP',
      flag: 'backend-k8s-pod-labels-allow-from-step',
      since: '3.5',
      default: 'false',
      doc: 'Labels that the pipeline file gives a workflow reach its pods.',
    },
  ],
  options: [
    {
      key: 'secrets',
      path: 'nativeSecrets',
      form: 'table-list',
      members: {
        name: 'string',
        key: 'string',
        target: { table: { env: 'string', file: 'string' } },
      },
      merge: 'replace',
      gate: {
        key: '/WOODPECKER_BACKEND_K8S_ALLOW_NATIVE_SECRETS',
        environment: 'WOODPECKER_BACKEND_K8S_ALLOW_NATIVE_SECRETS',
        flag: 'backend-k8s-allow-native-secrets',
        since: '2.8',
        default: false,
      },
      doc: 'Secrets of the namespace as variables or files of the step; their values are not masked in logs.',
    },
  ],
  lists: {
    // A variable may come from the server and from a secret of the cluster; the later one counts in the container.
    '/spec/containers/*/env': { policy: 'ordered' },
    '/spec/containers/*/volumeMounts': { policy: 'ordered' },
    '/spec/volumes': { policy: 'ordered' },
  },
});

function seconds(value: JsonValue): JsonValue {
  if (typeof value === 'number' && value < 0)
    throw new SettingError('must be 0 or more', 'write seconds, such as 20');
  return value;
}
