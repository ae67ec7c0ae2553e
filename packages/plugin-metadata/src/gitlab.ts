import { defineBinding, type Binding } from '@millrace/core';
import { pluginName } from './plugin-name.ts';

/** What GitLab Runner calls labels and annotations. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'gitlab',
    plugin: pluginName,
    rows: [
      {
        key: 'pod_labels',
        path: 'labels',
        form: 'string-map',
        expand: { scope: 'payload' },
        flag: 'pod-labels',
        since: '≤12.5',
        default: "the job's own labels",
        doc: "Labels of the pods beside the job's own; values may hold variables of the job and are made valid.",
      },
      {
        key: 'pod_annotations',
        path: 'annotations',
        form: 'string-map',
        expand: { scope: 'payload' },
        flag: 'pod-annotations',
        since: '≤12.5',
        default: "the job's own annotations",
        doc: "Annotations of the pods, which may replace the job's own; values may hold variables of the job.",
      },
    ],
    overwrites: [
      {
        variable: 'KUBERNETES_POD_LABELS_',
        path: 'labels',
        form: 'entry',
        gate: {
          rule: 'pattern',
          key: 'pod_labels_overwrite_allowed',
          environment: 'KUBERNETES_POD_LABELS_OVERWRITE_ALLOWED',
          flag: 'pod_labels_overwrite_allowed',
          since: '15.1',
        },
        separator: { at: '=', optional: false },
        label: 'PodLabels',
        rank: 40,
        doc: 'Adds or replaces one label, `key=value`.',
      },
      {
        variable: 'KUBERNETES_POD_ANNOTATIONS_',
        path: 'annotations',
        form: 'entry',
        gate: {
          rule: 'pattern',
          key: 'pod_annotations_overwrite_allowed',
          environment: 'KUBERNETES_POD_ANNOTATIONS_OVERWRITE_ALLOWED',
          flag: 'pod_annotations_overwrite_allowed',
          since: '12.5',
        },
        separator: { at: '=', optional: false },
        label: 'PodAnnotations',
        rank: 50,
        doc: 'Adds or replaces one annotation, `key=value`.',
      },
    ],
    constants: { protectedDomains: ['runner.gitlab.com'], labelValues: 'underscores' },
    // GitLab Runner tells it in its own debug log alone; here it is among the decisions.
    wording: { 'metadata.protected-label': { rank: 700, kind: 'silent' } },
  }),
];
