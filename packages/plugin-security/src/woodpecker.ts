import {
  defineBinding,
  SettingError,
  type Binding,
  type JsonObject,
  type JsonValue,
  type OptionPlace,
  type OptionRow,
} from '@millrace/core';

const inContext = 'securityContext';

/** Options of a step's security context that are the pod's. */
const podOptions: readonly OptionRow[] = [
  {
    key: `${inContext}.runAsUser`,
    path: 'pod.runAsUser',
    form: 'integer',
    convert: rootIfTrusted,
    merge: 'replace',
    doc: 'User of all processes; 0 counts only in a privileged step or without the users of the node.',
  },
  {
    key: `${inContext}.runAsGroup`,
    path: 'pod.runAsGroup',
    form: 'integer',
    convert: rootIfTrusted,
    merge: 'replace',
    doc: 'Primary group of all processes; 0 counts only in a privileged step or without the users of the node.',
  },
  {
    key: `${inContext}.runAsNonRoot`,
    path: 'pod.runAsNonRoot',
    form: 'boolean',
    merge: 'operator-wins',
    doc: 'Whether the kubelet refuses to run as root.',
  },
  {
    key: `${inContext}.fsGroup`,
    path: 'pod.fsGroup',
    form: 'integer',
    merge: 'replace',
    doc: 'Group that owns the volumes, instead of 1000.',
  },
  {
    key: `${inContext}.fsGroupChangePolicy`,
    path: 'pod.fsGroupChangePolicy',
    form: 'string',
    merge: 'replace',
    doc: 'When the group of volumes is changed: `Always` or `OnRootMismatch`.',
  },
  {
    key: `${inContext}.seccompProfile`,
    path: 'pod.seccompProfile',
    form: 'table',
    members: { type: 'string', localhostProfile: 'string' },
    merge: 'replace',
    doc: 'Seccomp profile of the pod.',
  },
  {
    key: `${inContext}.apparmorProfile`,
    path: 'pod.appArmorProfile',
    form: 'table',
    members: { type: 'string', localhostProfile: 'string' },
    merge: 'replace',
    doc: 'AppArmor profile of the pod; needs Kubernetes 1.30.',
  },
  {
    key: 'hostUsers',
    path: 'hostUsers',
    form: 'boolean',
    merge: 'replace',
    doc: 'Whether the pod has the users of its node; without them root in the pod is nobody outside.',
  },
];

/** Options that are the container's. */
const containerOptions: readonly OptionRow[] = [
  {
    key: '/privileged',
    path: 'rules.step.context.privileged',
    form: 'boolean',
    convert: (value, { options }) =>
      value === true && contextOf(options)['privileged'] !== false ? true : undefined,
    merge: 'replace',
    doc: 'Whether the container is privileged; the server decides who may ask for it.',
  },
  {
    key: `${inContext}.privileged`,
    path: 'rules.step.context.privileged',
    form: 'boolean',
    convert: privilegedIfTrusted,
    merge: 'replace',
    doc: 'False takes the privileges of a privileged step away; true alone gives none.',
  },
  {
    key: `${inContext}.allowPrivilegeEscalation`,
    path: 'rules.step.context.allowPrivilegeEscalation',
    form: 'boolean',
    convert: (value) => (value === false ? false : undefined),
    merge: 'replace',
    doc: 'False keeps privileges from growing; true is what Kubernetes does anyway.',
  },
  {
    key: `${inContext}.capabilities.drop`,
    path: 'rules.step.context.capabilities.drop',
    form: 'string-list',
    merge: 'replace',
    doc: 'Capabilities that the container does without.',
  },
];

/** The agent reads a security context as a whole or not at all. */
const asWhole = (row: OptionRow): OptionRow =>
  row.key.startsWith(`${inContext}.`) ? { ...row, whole: inContext } : row;

/** What the Woodpecker agent calls security settings. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'woodpecker',
    plugin: '@millrace/plugin-security',
    rows: [
      {
        key: '/WOODPECKER_BACKEND_K8S_SECCTX_NONROOT',
        path: 'pod.runAsNonRoot',
        form: 'boolean',
        convert: (value) => (value === true ? true : undefined),
        environment: 'WOODPECKER_BACKEND_K8S_SECCTX_NONROOT',
        flag: 'backend-k8s-secctx-nonroot',
        since: '2.8',
        default: 'false',
        doc: 'The kubelet refuses to run any step as root; steps cannot change that.',
      },
    ],
    options: [...podOptions, ...containerOptions].map(asWhole),
    constants: {
      'pod.fsGroup': 1000,
      badProfiles: 'send',
      'rules.step.roles': ['step', 'clone', 'service'],
      'rules.init.roles': ['init'],
      'rules.init.context.allowPrivilegeEscalation': false,
      'rules.init.context.capabilities.drop': ['ALL'],
    },
  }),
];

const contextOf = (options: JsonObject): JsonObject => (options[inContext] ?? {}) as JsonObject;

function rootIfTrusted(value: JsonValue, { unit, options }: OptionPlace): JsonValue | undefined {
  if (value !== 0 || unit['privileged'] === true || options['hostUsers'] === false) return value;
  throw new SettingError(
    '0 is left out: root needs a privileged step, or hostUsers: false',
    'set hostUsers: false beside the securityContext',
  );
}

function privilegedIfTrusted(value: JsonValue, { unit }: OptionPlace): undefined {
  if (value === true && unit['privileged'] !== true)
    throw new SettingError(
      'gives no privileges by itself',
      'write privileged: true at the step of a trusted repository, or let the administrator of the server list the plugin as privileged',
    );
}
