import { definePlugin, PlatformToken, type JsonObject, type NodePlatform } from '@millrace/core';
import {
  createPluginHarness,
  type HarnessOptions,
  type PluginHarness,
  type PluginUnderTest,
} from '@millrace/testkit';
import { expect, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

/** Stands for scheduling, and for services with a host name of their own. */
const beside = (
  nodes: Partial<NodePlatform>,
  serviceNames: readonly string[],
): readonly PluginUnderTest[] => [
  definePlugin({
    name: '@millrace/testkit-place',
    configKey: 'place',
    configSchema: {
      '~standard': { version: 1, vendor: 'millrace', validate: (value) => ({ value }) },
    },
    setup: ({ provide, tap }) => {
      provide(PlatformToken, { needs: {} }, () => ({
        os: undefined,
        architecture: undefined,
        windowsBuild: undefined,
        ...nodes,
      }));
      tap('contributePod', () =>
        serviceNames.map((name) => ({
          kind: 'field',
          path: '/spec/hostAliases',
          op: 'append',
          value: { ip: '127.0.0.1', hostnames: [name] },
          source: { plugin: 'services' },
        })),
      );
    },
  }),
];

interface Scene extends HarnessOptions {
  readonly nodes?: Partial<NodePlatform>;
  readonly serviceNames?: readonly string[];
}
const planned = (
  toml: string,
  { nodes = {}, serviceNames = [], ...rest }: Scene = {},
): Promise<PluginHarness> =>
  createPluginHarness(plugin, { toml, bindings, beside: beside(nodes, serviceNames), ...rest });
const spec = (harness: PluginHarness): JsonObject => {
  const { containers: _, ...rest } = harness.pod()['spec'] as JsonObject;
  return rest;
};
const log = (harness: PluginHarness): readonly string[] =>
  harness.plan().log.map(({ kind, text }) => `${kind}: ${text}`);

it.each([
  ['none', 'None'],
  ['default', 'Default'],
  ['cluster-first', 'ClusterFirst'],
  ['cluster-first-with-host-net', 'ClusterFirstWithHostNet'],
  ['', 'ClusterFirst'],
])('dns_policy %j is %s', async (written, policy) => {
  const harness = await planned(`[runners.kubernetes]\ndns_policy = "${written}"`);
  expect(spec(harness)).toEqual({ dnsPolicy: policy });
  expect(log(harness)).toEqual([]);
});

it('without a policy the pod names the default of clusters', async () => {
  expect(spec(await planned(''))).toEqual({ dnsPolicy: 'ClusterFirst' });
});

it.each(['invalid', 'None', 'ClusterFirst', 'toString'])(
  'dns_policy %j is left out with a warning',
  async (written) => {
    const harness = await planned(`[runners.kubernetes]\ndns_policy = "${written}"`);
    expect(spec(harness)).toEqual({});
    expect(log(harness)).toEqual([
      `warn: falling back to cluster's default policy: unsupported kubernetes-dns-policy: "${written}"`,
    ]);
  },
);

it('resolver settings keep their order, and an option without a value has none', async () => {
  const harness = await planned(`
    [runners.kubernetes.dns_config]
      nameservers = ["9.9.9.9", "1.2.3.4"]
      searches = ["b.local", "a.local"]
    [[runners.kubernetes.dns_config.options]]
      name = "ndots"
      value = "2"
    [[runners.kubernetes.dns_config.options]]
      name = "edns0"
    [[runners.kubernetes.dns_config.options]]
      name = "empty"
      value = ""`);
  expect(spec(harness)['dnsConfig']).toEqual({
    nameservers: ['9.9.9.9', '1.2.3.4'],
    options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }, { name: 'empty', value: '' }],
    searches: ['b.local', 'a.local'],
  });
  expect(harness.explain('/spec/dnsConfig/searches/0')[0]?.source).toBe(
    'runners.kubernetes.dns_config.searches (config.toml:5)',
  );
});

it('empty resolver settings are none', async () => {
  const harness = await planned('[runners.kubernetes.dns_config]\nnameservers = []');
  expect(spec(harness)).toEqual({ dnsPolicy: 'ClusterFirst' });
});

it('host aliases stand behind those of services as written, in any spelling of their members', async () => {
  const harness = await planned(
    `[[runners.kubernetes.host_aliases]]
      IP = "192.168.1.1"
      Hostnames = ["web14", "web15"]
    [[runners.kubernetes.host_aliases]]
      ip = "127.0.0.1"
      hostnames = ["web1"]
    [[runners.kubernetes.host_aliases]]
      ip = "127.0.0.1"
      hostnames = ["web2"]`,
    { serviceNames: ['db'] },
  );
  expect(spec(harness)['hostAliases']).toEqual([
    { hostnames: ['db'], ip: '127.0.0.1' },
    { hostnames: ['web14', 'web15'], ip: '192.168.1.1' },
    { hostnames: ['web1'], ip: '127.0.0.1' },
    { hostnames: ['web2'], ip: '127.0.0.1' },
  ]);
  expect(harness.warnings).toEqual([]);
});

const oneAlias = '[[runners.kubernetes.host_aliases]]\nip = "10.0.0.9"\nhostnames = ["nexus"]';
const version = (major: string, minor: string): Scene => ({
  facts: { version: { major, minor, gitVersion: `v${major}.${minor}.0` } },
});

it.each([
  ['Windows nodes', { nodes: { os: 'windows' } }],
  ['a server before host aliases', version('1', '6')],
  ['a server whose version is no number', version('x', 'y')],
] satisfies readonly (readonly [string, Scene])[])(
  '%s: no host aliases, and the decision says why',
  async (_where, scene) => {
    const harness = await planned(oneAlias, scene);
    expect(spec(harness)['hostAliases']).toBeUndefined();
    expect(harness.plan().decisions).toEqual([
      expect.objectContaining({ subject: 'host alias 10.0.0.9', value: 'nexus', allowed: false }),
    ]);
  },
);

it.each([
  ['1', '7'],
  ['1', '27+'],
  ['2', '0'],
])('a server of version %s.%s has host aliases', async (major, minor) => {
  const harness = await planned(oneAlias, version(major, minor));
  expect(spec(harness)['hostAliases']).toEqual([{ hostnames: ['nexus'], ip: '10.0.0.9' }]);
});

it('own settings take Kubernetes’ words and refuse others', async () => {
  const harness = await planned(
    '[runners.millrace.dns]\npolicy = "None"\nnameservers = ["1.1.1.1"]',
  );
  expect(spec(harness)).toEqual({ dnsConfig: { nameservers: ['1.1.1.1'] }, dnsPolicy: 'None' });
  await expect(planned('[runners.millrace.dns]\npolicy = "none"')).rejects.toThrow(/dns\.policy/);
});
