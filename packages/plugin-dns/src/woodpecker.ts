import { defineBinding, type Binding, type JsonObject, type JsonValue } from '@millrace/core';
import { pluginName } from './plugin-name.ts';

/** What a Woodpecker step says about name resolution. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'woodpecker',
    plugin: pluginName,
    rows: [],
    options: [
      {
        key: '/dns',
        path: 'nameservers',
        form: 'string-list',
        merge: 'replace',
        doc: 'Addresses of name servers.',
      },
      {
        key: '/dns_search',
        path: 'searches',
        form: 'string-list',
        merge: 'replace',
        doc: 'Domains in which short names are looked up.',
      },
      {
        key: '/extra_hosts',
        path: 'hostAliases',
        form: 'table-list',
        members: { name: 'string', ip: 'string' },
        convert: (value) => (value as readonly JsonObject[]).map(hostAlias),
        merge: 'replace',
        doc: 'Lines of `/etc/hosts`, one for each host.',
      },
    ],
    // Entries are sent as they are, also two of one address.
    lists: { '/spec/hostAliases': { policy: 'ordered' } },
  }),
];

const hostAlias = ({ name = '', ip = '' }: JsonObject): JsonValue => ({ ip, hostnames: [name] });
