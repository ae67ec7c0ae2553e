import { defineBinding, SettingError, type Binding, type JsonValue } from '@millrace/core';
import { pluginName } from './plugin-name.ts';

/** What the Woodpecker agent calls namespaces and accounts. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'woodpecker',
    plugin: pluginName,
    rows: [
      {
        key: '/WOODPECKER_BACKEND_K8S_NAMESPACE',
        path: 'namespace',
        form: 'string',
        convert: named,
        environment: 'WOODPECKER_BACKEND_K8S_NAMESPACE',
        flag: 'backend-k8s-namespace',
        since: '2.8',
        default: 'woodpecker',
        doc: 'Namespace of all objects, used as written; with a namespace for each organization, what their names begin with.',
      },
      {
        key: '/WOODPECKER_BACKEND_K8S_NAMESPACE_PER_ORGANIZATION',
        path: 'namespacePerOwner',
        form: 'boolean',
        environment: 'WOODPECKER_BACKEND_K8S_NAMESPACE_PER_ORGANIZATION',
        flag: 'backend-k8s-namespace-per-org',
        since: '3.9',
        default: 'false',
        doc: 'Each organization gets a namespace of its own, in lower case, made where it is missing and never deleted.',
      },
    ],
    options: [
      {
        key: 'serviceAccountName',
        path: 'serviceAccount',
        form: 'string',
        merge: 'replace',
        gate: {
          key: '/WOODPECKER_BACKEND_K8S_SERVICE_ACCOUNT_NAME_ALLOW_FROM_STEP',
          environment: 'WOODPECKER_BACKEND_K8S_SERVICE_ACCOUNT_NAME_ALLOW_FROM_STEP',
          flag: 'backend-k8s-service-account-name-allow-from-step',
          since: '3.16',
          default: false,
        },
        doc: "Service account of the step's pod; it must be there.",
      },
    ],
    constants: { namespace: 'woodpecker' },
    wording: { 'identity.namespace': { rank: 100, kind: 'silent' } },
  }),
];

function named(value: JsonValue): JsonValue {
  if (value === '') throw new SettingError('names no namespace', 'unset it, or write a name');
  return value;
}
