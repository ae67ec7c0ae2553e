import {
  definePlugin,
  PlatformToken,
  type JsonObject,
  type NodePlatform,
  type SettingChange,
} from '@millrace/core';
import { createPluginHarness, type PluginHarness, type PluginUnderTest } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const planned = (toml: string, beside: readonly PluginUnderTest[] = []): Promise<PluginHarness> =>
  createPluginHarness(plugin, { toml, bindings, beside });
const spec = (harness: PluginHarness): JsonObject => harness.pod()['spec'] as JsonObject;
const withoutContainers = (harness: PluginHarness): JsonObject => {
  const { containers: _, ...rest } = spec(harness);
  return rest;
};

/** Shows the platform that scheduling offers as a label, and changes settings as job variables would. */
const observer = (
  changes: readonly Pick<SettingChange, 'path' | 'value'>[] = [],
): PluginUnderTest =>
  definePlugin({
    name: '@millrace/testkit-observer',
    configKey: 'observer',
    configSchema: {
      '~standard': { version: 1, vendor: 'millrace', validate: (value) => ({ value }) },
    },
    setup: ({ tap }) => {
      tap('contributePod', { needs: { platform: PlatformToken } }, (_unit, _job, { platform }) => [
        {
          kind: 'field',
          path: '/metadata/annotations/platform',
          op: 'set',
          value: JSON.stringify(platform satisfies NodePlatform),
          source: { plugin: 'observer' },
        },
      ]);
      tap('overwriteSettings', () =>
        changes.map((change) => ({
          kind: 'setting',
          plugin: plugin.name,
          ...change,
          source: { plugin: plugin.name, variable: 'KUBERNETES_TEST' },
        })),
      );
    },
  });
const platform = (harness: PluginHarness): unknown =>
  JSON.parse(harness.pod().metadata.annotations?.['platform'] ?? '');

it('a pod without settings has an empty affinity and nothing else', async () => {
  expect(withoutContainers(await planned('[runners.kubernetes]'))).toEqual({ affinity: {} });
});

it('node selector, tolerations, classes and scheduler are sent, and say their line', async () => {
  const harness = await planned(`
    [runners.kubernetes]
      priority_class_name = "ci-low"
      runtime_class_name = "gvisor"
      scheduler_name = "binpack"
    [runners.kubernetes.node_selector]
      "kubernetes.io/arch" = "arm64"
    [runners.kubernetes.node_tolerations]
      "spot" = ""
      "ci-only=yes" = "NoSchedule"
  `);
  expect(withoutContainers(harness)).toEqual({
    affinity: {},
    nodeSelector: { 'kubernetes.io/arch': 'arm64' },
    priorityClassName: 'ci-low',
    runtimeClassName: 'gvisor',
    schedulerName: 'binpack',
    tolerations: [
      { effect: 'NoSchedule', key: 'ci-only', operator: 'Equal', value: 'yes' },
      { key: 'spot', operator: 'Exists' },
    ],
  });
  expect(harness.explain('/spec/schedulerName')).toEqual([
    {
      plugin: plugin.name,
      source: 'runners.kubernetes.scheduler_name (config.toml:6)',
      value: 'binpack',
    },
  ]);
  expect(harness.warnings).toEqual([]);
});

it('an empty class name is left out, an empty runtime class is sent', async () => {
  const harness = await planned(`
    [runners.kubernetes]
      priority_class_name = ""
      runtime_class_name = ""
      scheduler_name = ""
  `);
  expect(withoutContainers(harness)).toEqual({ affinity: {}, runtimeClassName: '' });
});

it('members of an affinity are renamed, keys of labels are not', async () => {
  const harness = await planned(`
    [runners.kubernetes.affinity.node_affinity.required_during_scheduling_ignored_during_execution]
      node_selector_terms = [{ match_expressions = [{ key = "a_b", operator = "In", values = ["x_y"] }], match_fields = [{ key = "metadata.name", operator = "NotIn", values = ["n"] }] }]
    [[runners.kubernetes.affinity.node_affinity.preferred_during_scheduling_ignored_during_execution]]
      weight = 100
      preference = { match_expressions = [{ key = "fast", operator = "Exists" }] }
    [[runners.kubernetes.affinity.pod_affinity.required_during_scheduling_ignored_during_execution]]
      topology_key = "zone"
      namespaces = ["a"]
      match_label_keys = ["k"]
      mismatch_label_keys = ["l"]
      namespace_selector = {}
    [[runners.kubernetes.affinity.pod_anti_affinity.preferred_during_scheduling_ignored_during_execution]]
      weight = 10
      [runners.kubernetes.affinity.pod_anti_affinity.preferred_during_scheduling_ignored_during_execution.pod_affinity_term]
        topology_key = "kubernetes.io/hostname"
        label_selector = { match_labels = { work_load = "heavy_one" } }
  `);
  expect(spec(harness)['affinity']).toEqual({
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { preference: { matchExpressions: [{ key: 'fast', operator: 'Exists' }] }, weight: 100 },
      ],
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          {
            matchExpressions: [{ key: 'a_b', operator: 'In', values: ['x_y'] }],
            matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['n'] }],
          },
        ],
      },
    },
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          matchLabelKeys: ['k'],
          mismatchLabelKeys: ['l'],
          namespaceSelector: {},
          namespaces: ['a'],
          topologyKey: 'zone',
        },
      ],
    },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          podAffinityTerm: {
            labelSelector: { matchLabels: { work_load: 'heavy_one' } },
            topologyKey: 'kubernetes.io/hostname',
          },
          weight: 10,
        },
      ],
    },
  });
});

it('an empty part of an affinity stays, and an unknown member is warned about', async () => {
  const harness = await planned(`
    [runners.kubernetes.affinity.node_affinity]
    [[runners.kubernetes.affinity.pod_affinity.preferred_during_scheduling_ignored_during_execution]]
      weigth = 3
  `);
  expect(spec(harness)['affinity']).toEqual({
    nodeAffinity: {},
    podAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm: {}, weight: 0 }],
    },
  });
  expect(harness.warnings).toEqual([expect.stringContaining('did you mean "weight"')]);
});

it('the platform is what the node selector says, and nothing where it is silent', async () => {
  expect(platform(await planned('', [observer()]))).toEqual({});
  const harness = await planned(
    `[runners.kubernetes.node_selector]
      "kubernetes.io/os" = "windows"
      "kubernetes.io/arch" = "amd64"
      "node.kubernetes.io/windows-build" = "10.0.20348"`,
    [observer()],
  );
  expect(platform(harness)).toEqual({
    os: 'windows',
    architecture: 'amd64',
    windowsBuild: '10.0.20348',
  });
});

it('what a job changes counts for the pod and for the platform', async () => {
  const harness = await planned(
    `[runners.kubernetes.node_selector]
      disk = "ssd"
      "kubernetes.io/arch" = "amd64"`,
    [
      observer([
        { path: ['nodeSelector', 'kubernetes.io/arch'], value: 'arm64' },
        { path: ['tolerations', ''], value: '' },
      ]),
    ],
  );
  expect(spec(harness)).toMatchObject({
    nodeSelector: { disk: 'ssd', 'kubernetes.io/arch': 'arm64' },
    tolerations: [{ operator: 'Exists' }],
  });
  expect(platform(harness)).toEqual({ architecture: 'arm64' });
  expect(harness.explain('/spec/nodeSelector/kubernetes.io~1arch')[0]?.source).toBe(
    '$KUBERNETES_TEST',
  );
});

it('own settings take Kubernetes’ form, and an unknown member is refused', async () => {
  const harness = await planned(`
    [runners.millrace.scheduling]
      tolerationList = [{ key = "lost", operator = "Exists", effect = "NoExecute", tolerationSeconds = 60 }]
      affinity = { nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms = [{ matchExpressions = [{ key = "gpu", operator = "Exists" }] }] } } }
  `);
  expect(spec(harness)['tolerations']).toEqual([
    { effect: 'NoExecute', key: 'lost', operator: 'Exists', tolerationSeconds: 60 },
  ]);
  await expect(
    planned('[runners.millrace.scheduling]\naffinity = { nodeAfinity = {} }'),
  ).rejects.toThrow(/nodeAfinity/);
});

it('what several plugins require of other pods comes together', async () => {
  const neighbour: PluginUnderTest = definePlugin({
    name: 'acme-spread',
    configKey: 'spread',
    configSchema: {
      '~standard': { version: 1, vendor: 'acme', validate: (value) => ({ value }) },
    },
    setup: ({ tap }) => {
      tap('contributePod', () => [
        {
          kind: 'field',
          path: '/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution',
          op: 'append',
          value: { topologyKey: 'zone' },
          rank: 10,
          source: { plugin: 'acme-spread' },
        },
      ]);
    },
  });
  const harness = await planned(
    `[[runners.kubernetes.affinity.pod_anti_affinity.required_during_scheduling_ignored_during_execution]]
      topology_key = "host"`,
    [neighbour],
  );
  expect(spec(harness)['affinity']).toEqual({
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'host' },
        { topologyKey: 'zone' },
      ],
    },
  });
});
