import {
  defineBinding,
  SettingError,
  type Binding,
  type JsonValue,
  type MemberShape,
} from '@millrace/core';
import { pluginName } from './plugin-name.ts';
import { affinityMembers } from './woodpecker-affinity.ts';

const tolerationMembers: MemberShape = {
  key: 'string',
  operator: 'string',
  value: 'string',
  effect: 'string',
  tolerationSeconds: 'integer',
};

/** What the Woodpecker agent calls the choice of nodes. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'woodpecker',
    plugin: pluginName,
    rows: [
      {
        key: '/WOODPECKER_BACKEND_K8S_POD_NODE_SELECTOR',
        path: 'nodeSelector',
        form: 'string-map',
        environment: 'WOODPECKER_BACKEND_K8S_POD_NODE_SELECTOR',
        flag: 'backend-k8s-pod-node-selector',
        since: '2.8',
        default: 'none',
        doc: 'Labels that the nodes of all pods must have, as a YAML or JSON object; those of a step win.',
      },
      {
        key: '/WOODPECKER_BACKEND_K8S_POD_TOLERATIONS',
        path: 'tolerationList',
        form: 'table-list',
        members: tolerationMembers,
        environment: 'WOODPECKER_BACKEND_K8S_POD_TOLERATIONS',
        flag: 'backend-k8s-pod-tolerations',
        since: '3.9',
        default: 'none',
        doc: 'Tolerations of all pods, as a YAML or JSON list; those of a step replace them.',
      },
      {
        key: '/WOODPECKER_BACKEND_K8S_POD_AFFINITY',
        path: 'affinity',
        form: 'table',
        members: affinityMembers,
        environment: 'WOODPECKER_BACKEND_K8S_POD_AFFINITY',
        flag: 'backend-k8s-pod-affinity',
        since: '3.13',
        default: 'none',
        doc: 'Affinity of all pods, as a YAML or JSON object; that of a step replaces it.',
      },
      {
        key: '/WOODPECKER_BACKEND_K8S_PRIORITY_CLASS',
        path: 'priorityClassName',
        form: 'string',
        environment: 'WOODPECKER_BACKEND_K8S_PRIORITY_CLASS',
        flag: 'backend-k8s-priority-class',
        since: '3.9',
        default: 'left to the cluster',
        doc: 'Priority class of all pods.',
      },
    ],
    options: [
      {
        key: '/environment.CI_SYSTEM_PLATFORM',
        path: 'defaultNodeSelector',
        form: 'string',
        convert: architectureOf,
        merge: 'replace',
        doc: "Nodes of the agent's own architecture, where no node selector names another.",
      },
      {
        key: 'nodeSelector',
        path: 'nodeSelector',
        form: 'string-map',
        merge: 'unit-wins',
        gate: {
          key: '/WOODPECKER_BACKEND_K8S_POD_NODE_SELECTOR_ALLOW_FROM_STEP',
          environment: 'WOODPECKER_BACKEND_K8S_POD_NODE_SELECTOR_ALLOW_FROM_STEP',
          flag: 'backend-k8s-pod-node-selector-allow-from-step',
          since: '3.17',
          default: false,
        },
        doc: "Labels that the node of the step's pod must have.",
      },
      {
        key: 'tolerations',
        path: 'tolerationList',
        form: 'table-list',
        members: tolerationMembers,
        merge: 'replace',
        gate: {
          key: '/WOODPECKER_BACKEND_K8S_POD_TOLERATIONS_ALLOW_FROM_STEP',
          environment: 'WOODPECKER_BACKEND_K8S_POD_TOLERATIONS_ALLOW_FROM_STEP',
          flag: 'backend-k8s-pod-tolerations-allow-from-step',
          since: '3.9',
          default: true,
        },
        doc: "Tolerations of the step's pod.",
      },
      {
        key: 'affinity',
        path: 'affinity',
        form: 'table',
        members: affinityMembers,
        merge: 'replace',
        whole: 'affinity',
        gate: {
          key: '/WOODPECKER_BACKEND_K8S_POD_AFFINITY_ALLOW_FROM_STEP',
          environment: 'WOODPECKER_BACKEND_K8S_POD_AFFINITY_ALLOW_FROM_STEP',
          flag: 'backend-k8s-pod-affinity-allow-from-step',
          since: '3.13',
          default: false,
        },
        doc: "Affinity of the step's pod.",
      },
      {
        key: 'runtimeClassName',
        path: 'runtimeClassName',
        form: 'string',
        merge: 'replace',
        gate: {
          key: '/WOODPECKER_BACKEND_K8S_RUNTIME_CLASS_ALLOW_FROM_STEP',
          environment: 'WOODPECKER_BACKEND_K8S_RUNTIME_CLASS_ALLOW_FROM_STEP',
          flag: 'backend-k8s-runtime-class-allow-from-step',
          since: '3.18',
          default: false,
        },
        doc: "Runtime class of the step's pod.",
      },
    ],
  }),
];

/** `linux/arm64` asks for nodes of `arm64`. */
function architectureOf(value: JsonValue): JsonValue {
  const [, architecture] = typeof value === 'string' ? value.split('/') : [];
  if (architecture === undefined)
    throw new SettingError('is no platform', 'write it as linux/amd64');
  return { 'kubernetes.io/arch': architecture };
}
