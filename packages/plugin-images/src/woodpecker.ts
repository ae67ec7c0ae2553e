import { defineBinding, type Binding, type JsonValue } from '@millrace/core';
import { PLUGIN } from './plugin-name.ts';

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** What the Woodpecker agent calls images and what pulls them. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'woodpecker',
    plugin: PLUGIN,
    rows: [
      {
        key: '/WOODPECKER_BACKEND_K8S_PULL_SECRET_NAMES',
        path: 'pullSecrets',
        form: 'string-list',
        environment: 'WOODPECKER_BACKEND_K8S_PULL_SECRET_NAMES',
        flag: 'backend-k8s-pod-image-pull-secret-names',
        since: '2.8',
        default: 'none',
        doc: "Secrets with registry credentials that all pods refer to, before a step's own; they must be in the namespace of the pods.",
      },
    ],
    constants: {
      'rules.all.allowedPullPolicies': ['', 'Always'],
    },
    // An empty entry stays one, and a name may stand twice.
    lists: { '/spec/imagePullSecrets': { policy: 'ordered' } },
    wording: {
      'images.pull-policy': { rank: 200, kind: 'silent' },
      // The API server takes such a name; the kubelet says what is wrong with it, and the step fails by itself.
      'images.bad-name': {
        rank: 210,
        kind: 'warn',
        text: ({ fault }) => `${text(fault)}: the step will fail; correct its image`,
      },
      'images.missing-beside': {
        rank: 210,
        kind: 'warn',
        text: ({ container }) =>
          `${text(container)} has no image, so the API server will refuse its pod: write image: at the step`,
      },
      'images.login-for-nothing': { rank: 220 },
    },
  }),
];
