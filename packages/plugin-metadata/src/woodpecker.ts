import { defineBinding, type Binding } from '@millrace/core';
import { pluginName } from './plugin-name.ts';

/** What the Woodpecker agent calls labels and annotations. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'woodpecker',
    plugin: pluginName,
    rows: [
      {
        key: '/WOODPECKER_BACKEND_K8S_POD_LABELS',
        path: 'labels',
        form: 'string-map',
        environment: 'WOODPECKER_BACKEND_K8S_POD_LABELS',
        flag: 'backend-k8s-pod-labels',
        since: '2.8',
        default: 'none',
        doc: 'Labels of all pods, as a YAML or JSON object; they win over those of a step.',
      },
      {
        key: '/WOODPECKER_BACKEND_K8S_POD_ANNOTATIONS',
        path: 'annotations',
        form: 'string-map',
        environment: 'WOODPECKER_BACKEND_K8S_POD_ANNOTATIONS',
        flag: 'backend-k8s-pod-annotations',
        since: '2.8',
        default: 'none',
        doc: 'Annotations of all pods, as a YAML or JSON object; they win over those of a step.',
      },
    ],
    options: [
      {
        key: 'labels',
        path: 'labels',
        form: 'string-map',
        merge: 'operator-wins',
        gate: {
          key: '/WOODPECKER_BACKEND_K8S_POD_LABELS_ALLOW_FROM_STEP',
          shared: true,
          environment: 'WOODPECKER_BACKEND_K8S_POD_LABELS_ALLOW_FROM_STEP',
          flag: 'backend-k8s-pod-labels-allow-from-step',
          since: '2.8',
          default: false,
        },
        doc: "Labels of the step's pod, sent as they are.",
      },
      {
        key: 'annotations',
        path: 'annotations',
        form: 'string-map',
        merge: 'operator-wins',
        gate: {
          key: '/WOODPECKER_BACKEND_K8S_POD_ANNOTATIONS_ALLOW_FROM_STEP',
          environment: 'WOODPECKER_BACKEND_K8S_POD_ANNOTATIONS_ALLOW_FROM_STEP',
          flag: 'backend-k8s-pod-annotations-allow-from-step',
          since: '2.8',
          default: false,
        },
        doc: "Annotations of the step's pod.",
      },
    ],
  }),
];
