import { defineBinding, type Binding, type OverwriteRow, type SettingRow } from '@millrace/core';
import { affinityRows } from './gitlab-affinity.ts';
import { pluginName } from './plugin-name.ts';

const rows: readonly SettingRow[] = [
  {
    key: 'node_selector',
    path: 'nodeSelector',
    form: 'string-map',
    environment: 'KUBERNETES_NODE_SELECTOR',
    flag: 'node-selector',
    since: '≤12.5',
    default: 'any node',
    doc: 'Labels that a node must have; those of operating system and architecture also choose the helper image.',
  },
  {
    key: 'node_tolerations',
    path: 'tolerations',
    form: 'string-map',
    environment: 'KUBERNETES_NODE_TOLERATIONS',
    flag: 'node-tolerations',
    since: '≤12.5',
    default: 'none',
    doc: 'Taints that pods tolerate, `"key=value" = "effect"`; without `=value` any value, with an empty effect any effect.',
  },
  ...affinityRows,
  {
    key: 'scheduler_name',
    path: 'schedulerName',
    form: 'string',
    environment: 'KUBERNETES_SCHEDULER_NAME',
    flag: 'scheduler-name',
    since: '15.5',
    default: "the cluster's",
    doc: 'Scheduler that places the pods.',
  },
  {
    key: 'runtime_class_name',
    path: 'runtimeClassName',
    form: 'string',
    environment: 'KUBERNETES_RUNTIME_CLASS_NAME',
    flag: 'runtime-class-name',
    since: '14.9',
    default: 'not sent',
    doc: 'Runtime class of the pods; an empty one is sent as such, and the API server refuses it.',
  },
  {
    key: 'priority_class_name',
    path: 'priorityClassName',
    form: 'string',
    environment: 'KUBERNETES_PRIORITY_CLASS_NAME',
    flag: 'priority_class_name',
    since: '15.1',
    default: "the cluster's",
    doc: 'Priority class of the pods.',
  },
];

const overwrites: readonly OverwriteRow[] = [
  {
    variable: 'KUBERNETES_NODE_SELECTOR_',
    path: 'nodeSelector',
    form: 'entry',
    gate: {
      rule: 'pattern',
      key: 'node_selector_overwrite_allowed',
      environment: 'KUBERNETES_NODE_SELECTOR_OVERWRITE_ALLOWED',
      flag: 'node_selector_overwrite_allowed',
      since: '15.6',
    },
    separator: { at: '=', optional: false },
    label: 'NodeSelector',
    rank: 60,
    doc: 'Adds or replaces one label of the node selector, `label=value`.',
  },
  {
    variable: 'KUBERNETES_NODE_TOLERATIONS_',
    path: 'tolerations',
    form: 'entry',
    gate: {
      rule: 'pattern',
      key: 'node_tolerations_overwrite_allowed',
      environment: 'KUBERNETES_NODE_TOLERATIONS_OVERWRITE_ALLOWED',
      flag: 'node_tolerations_overwrite_allowed',
      since: '16.9',
    },
    separator: { at: ':', optional: true },
    label: 'NodeTolerations',
    rank: 70,
    doc: 'Adds or replaces one toleration, `key[=value][:effect]`; an empty value tolerates every taint.',
  },
];

/** What GitLab Runner calls scheduling settings. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'gitlab',
    plugin: pluginName,
    rows,
    overwrites,
    // The reference sends an affinity also where none is configured (gitlab/001).
    constants: { affinity: {} },
  }),
];
