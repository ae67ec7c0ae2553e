import { defineBinding, type Binding, type JsonValue } from '@millrace/core';
import { woodpeckerHostname } from '@millrace/kube-objects';
import { PLUGIN } from './plugin-name.ts';

/** How the steps of a Woodpecker workflow find each other. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'woodpecker',
    plugin: PLUGIN,
    rows: [
      {
        key: '/WOODPECKER_BACKEND_K8S_CLUSTER_DOMAIN',
        path: 'discovery.clusterDomain',
        form: 'string',
        convert: (value) => (value === '' ? undefined : value),
        environment: 'WOODPECKER_BACKEND_K8S_CLUSTER_DOMAIN',
        flag: 'backend-k8s-cluster-domain',
        since: '3.18',
        default: 'cluster.local',
        doc: "The cluster's own domain, the end of the search entry that makes names of steps resolvable.",
      },
    ],
    options: [
      {
        key: '/name',
        path: 'discovery.hostname',
        form: 'string',
        convert: (value) => (typeof value === 'string' ? woodpeckerHostname(value) : undefined),
        merge: 'replace',
        doc: "Host name of the step's pod, as far as it can be made of the step's name.",
      },
      {
        key: '/dns',
        path: 'discovery.search',
        form: 'string-list',
        convert: unlessListed,
        merge: 'replace',
        doc: 'A step with name servers of its own does not find the others by their bare names.',
      },
      {
        key: '/dns_search',
        path: 'discovery.search',
        form: 'string-list',
        convert: unlessListed,
        merge: 'replace',
        doc: 'A step with search domains of its own does not find the others by their bare names.',
      },
    ],
  }),
];

function unlessListed(value: JsonValue): JsonValue | undefined {
  return Array.isArray(value) && value.length > 0 ? false : undefined;
}
