import { defineBinding, type Binding, type JsonValue } from '@millrace/core';
import { pluginName } from './plugin-name.ts';

/** GitLab Runner's names of DNS policies; without one, pods say the cluster's default by name (gitlab/001). */
const policies: Readonly<Record<string, string>> = {
  '': 'ClusterFirst',
  none: 'None',
  default: 'Default',
  'cluster-first': 'ClusterFirst',
  'cluster-first-with-host-net': 'ClusterFirstWithHostNet',
};

const policyOf = (value: JsonValue): JsonValue =>
  typeof value === 'string' && Object.hasOwn(policies, value)
    ? (policies[value] ?? value)
    : { unknown: value };

/** What GitLab Runner calls DNS settings. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'gitlab',
    plugin: pluginName,
    rows: [
      {
        key: 'dns_policy',
        path: 'policy',
        form: 'string',
        convert: policyOf,
        environment: 'KUBERNETES_DNS_POLICY',
        flag: 'dns-policy',
        since: '13.7',
        default: 'cluster-first',
        doc: 'DNS policy: `none`, `default`, `cluster-first` or `cluster-first-with-host-net`; others are left out with a warning.',
      },
      {
        key: 'dns_config.nameservers',
        path: 'nameservers',
        form: 'string-list',
        since: '13.7',
        default: 'none',
        doc: 'Addresses of name servers.',
      },
      {
        key: 'dns_config.searches',
        path: 'searches',
        form: 'string-list',
        since: '13.7',
        default: 'none',
        doc: 'Domains in which short names are looked up.',
      },
      {
        key: 'dns_config.options',
        path: 'options',
        form: 'table-list',
        members: { name: 'string', value: 'string' },
        since: '13.7',
        default: 'none',
        doc: 'Resolver options, with or without a value.',
      },
      {
        key: 'host_aliases',
        path: 'hostAliases',
        form: 'table-list',
        members: { ip: 'string', hostnames: 'string-list' },
        flag: 'host_aliases',
        since: '13.7',
        default: 'none',
        doc: "Lines of `/etc/hosts`, after the one of the job's services.",
      },
    ],
    constants: { policy: 'ClusterFirst' },
    wording: {
      'dns.unknown-policy': {
        rank: 700,
        text: ({ policy }) =>
          `falling back to cluster's default policy: unsupported kubernetes-dns-policy: ${JSON.stringify(policy)}`,
      },
    },
    // The reference sends entries as they are, also two of one address.
    lists: { '/spec/hostAliases': { policy: 'ordered' } },
  }),
];
