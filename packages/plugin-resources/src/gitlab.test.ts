import { definePlugin } from '@millrace/core';
import { createPluginHarness, type PluginHarness } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const containers = [
  { name: 'init-permissions', role: 'init', init: true },
  { name: 'build', role: 'build' },
  { name: 'helper', role: 'helper', rank: 1 },
  { name: 'a', role: 'service', rank: 2 },
  { name: 'b', role: 'service', rank: 3 },
] as const;

const harness = (
  toml: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<PluginHarness> =>
  createPluginHarness(plugin, {
    toml: `[runners.kubernetes]\n${toml}`,
    bindings,
    containers: containers.map((container) => ({
      ...container,
      variables:
        container.name === 'a'
          ? Object.entries(variables).map(([key, value]) => ({
              key,
              value,
              public: true,
              file: false,
              masked: false,
              raw: false,
              internal: false,
            }))
          : [],
    })),
  });

/** `resources` by container; the pod's own under its kind. */
function resourcesOf({ pod }: PluginHarness): Readonly<Record<string, unknown>> {
  const spec = pod()['spec'] as Readonly<Record<string, unknown>>;
  const lists = ['initContainers', 'containers'].flatMap(
    (list) => (spec[list] ?? []) as readonly Readonly<Record<string, unknown>>[],
  );
  return Object.fromEntries([
    ['Pod', spec['resources']],
    ...lists.map((container) => [container['name'] as string, container['resources']] as const),
  ]);
}

it('sends empty resources where nothing is set (gitlab/001)', async () => {
  expect(resourcesOf(await harness(''))).toEqual({
    Pod: {},
    'init-permissions': {},
    build: {},
    helper: {},
    a: {},
    b: {},
  });
});

it('gives init containers what the helper gets (gitlab/051)', async () => {
  const toml = `
    cpu_limit = "2"
    memory_request = "512Mi"
    ephemeral_storage_limit = "20Gi"
    helper_cpu_limit = "1"
    helper_ephemeral_storage_request = "100Mi"
    service_cpu_request = "75m"
  `;
  const helper = { limits: { cpu: '1' }, requests: { 'ephemeral-storage': '100Mi' } };
  expect(resourcesOf(await harness(toml))).toEqual({
    Pod: {},
    'init-permissions': helper,
    build: { limits: { cpu: '2', 'ephemeral-storage': '20Gi' }, requests: { memory: '512Mi' } },
    helper,
    a: { requests: { cpu: '75m' } },
    b: { requests: { cpu: '75m' } },
  });
});

it('gives the pod as a whole what is set for it (gitlab/053)', async () => {
  const { Pod, build } = resourcesOf(
    await harness('pod_cpu_limit = "4"\npod_memory_request = "2Gi"'),
  );
  expect(Pod).toEqual({ limits: { cpu: '4' }, requests: { memory: '2Gi' } });
  expect(build).toEqual({});
});

it.each([
  ['1.5', '1500m'],
  ['0.5Gi', '512Mi'],
  ['1024Mi', '1Gi'],
  ['2000m', '2'],
  ['1e9', '1e9'],
  ['1000000Ki', '1000000Ki'],
  ['0', '0'],
])('sends %s as Kubernetes writes it', async (written, sent) => {
  expect(resourcesOf(await harness(`memory_limit = "${written}"`))['build']).toEqual({
    limits: { memory: sent },
  });
});

it('leaves out what is set to nothing', async () => {
  expect(resourcesOf(await harness('cpu_limit = ""'))['build']).toEqual({});
});

const grammar =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

it.each([
  [
    'helper_memory_limit = "lots"',
    'invalid helper limits specified: parsing resource "memory" with value "lots"',
  ],
  ['cpu_request = "x"', 'invalid build requests specified: parsing resource "cpu" with value "x"'],
  ['pod_cpu_limit = "x"', 'invalid Pod limits specified: parsing resource "cpu" with value "x"'],
  [
    'helper_cpu_limit = "h"\nservice_ephemeral_storage_request = "x"',
    'invalid service requests specified: parsing resource "ephemeralStorage" with value "x"',
  ],
])('refuses the job for %s (gitlab/061)', async (toml, message) => {
  const { refused } = (await harness(toml)).plan();
  expect(refused?.reason).toBe('configuration_error');
  expect(refused?.message).toBe(`couldn't prepare overwrites: ${message}: "${grammar}"`);
});

it('lets a service raise its own resources up to the maximum (gitlab/047)', async () => {
  const planned = await harness(
    `
    service_cpu_request = "100m"
    service_cpu_request_overwrite_max_allowed = "2"
    service_memory_limit_overwrite_max_allowed = "2Gi"
    `,
    { KUBERNETES_SERVICE_CPU_REQUEST: '1500m', KUBERNETES_SERVICE_MEMORY_LIMIT: '1024Mi' },
  );
  const { a, b } = resourcesOf(planned);
  expect(a).toEqual({ limits: { memory: '1Gi' }, requests: { cpu: '1500m' } });
  expect(b).toEqual({ requests: { cpu: '100m' } });
  expect(planned.plan().log.map(({ text }) => text)).toEqual([
    '"ServiceMemoryLimit" overwritten with "1024Mi"',
    '"ServiceCPURequest" overwritten with "1500m"',
  ]);
  expect(planned.explain('/spec/containers/2/resources/requests/cpu')).toMatchObject([
    { source: '$KUBERNETES_SERVICE_CPU_REQUEST', value: '1500m' },
  ]);
});

it.each([
  ['without a maximum', '', { KUBERNETES_SERVICE_CPU_REQUEST: '2' }],
  [
    'by names of the build container',
    'cpu_request_overwrite_max_allowed = "4"',
    { KUBERNETES_CPU_REQUEST: '2' },
  ],
  [
    'with an empty variable',
    'service_cpu_request_overwrite_max_allowed = "4"',
    { KUBERNETES_SERVICE_CPU_REQUEST: '' },
  ],
])("ignores a service's variables %s", async (_behaviour, toml, variables) => {
  expect(resourcesOf(await harness(toml, variables))['a']).toEqual({});
});

it.each([
  ['$X', '4', `parsing resource limit: "${grammar}"`],
  ['1', 'four', `parsing resource limit: "${grammar}"`],
  ['8', '4', 'the resource "ServiceCPURequest" requested "8" is higher than limit allowed "4"'],
])('refuses a service that asks for %s of at most %s (gitlab/287)', async (asked, most, fault) => {
  const { refused } = (
    await harness(`service_cpu_request_overwrite_max_allowed = "${most}"`, {
      KUBERNETES_SERVICE_CPU_REQUEST: asked,
    })
  ).plan();
  expect(refused?.message).toBe(
    `couldn't prepare explicit service overwrites: invalid service requests specified: ${fault}`,
  );
});

it('names flags as the reference mixes dashes and underscores', () => {
  const flags = bindings.flatMap(({ rows }) => rows.map(({ flag }) => flag));
  expect(flags).toEqual(
    expect.arrayContaining([
      'cpu-limit',
      'ephemeral-storage-limit',
      'service-ephemeral_storage-limit',
      'helper-ephemeral_storage-request',
      'pod-memory-request',
    ]),
  );
});

it('offers 22 variables to jobs, in the order of their messages', () => {
  const offered = bindings.flatMap(({ overwrites = [] }) => overwrites);
  const labels = offered.toSorted((a, b) => a.rank - b.rank).map(({ label }) => label);
  expect(labels).toHaveLength(22);
  expect(labels.slice(0, 7)).toEqual([
    'CPURequest',
    'MemoryRequest',
    'EphemeralStorageRequest',
    'CPULimit',
    'MemoryLimit',
    'EphemeralStorageLimit',
    'ServiceCPURequest',
  ]);
  expect(offered[0]?.gate).toEqual({
    rule: 'maximum',
    key: 'cpu_request_overwrite_max_allowed',
    environment: 'KUBERNETES_CPU_REQUEST_OVERWRITE_MAX_ALLOWED',
    flag: 'cpu-request-overwrite-max-allowed',
    since: '12.9',
  });
});

it("names the job's variable where one replaced the configured value (gitlab/055)", async () => {
  const overwrites = definePlugin({
    name: 'test-overwrites',
    configKey: 'test_overwrites',
    configSchema: {
      '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
    },
    setup: ({ tap }) => {
      tap('overwriteSettings', (offers) =>
        offers
          .filter(({ gate }) => gate !== undefined)
          .map(({ plugin: name, row, gate }) => ({
            kind: 'setting',
            plugin: name,
            path: row.path.split('.'),
            value: gate ?? '',
            source: { plugin: 'test-overwrites', variable: row.variable },
          })),
      );
    },
  });
  const planned = await createPluginHarness(plugin, {
    toml: `
      [runners.kubernetes]
      cpu_limit = "1"
      cpu_limit_overwrite_max_allowed = "4"
      ephemeral_storage_request_overwrite_max_allowed = "1024Mi"
    `,
    bindings,
    beside: [overwrites],
  });
  expect(resourcesOf(planned)['build']).toEqual({
    limits: { cpu: '4' },
    requests: { 'ephemeral-storage': '1Gi' },
  });
  expect(planned.explain('/spec/containers/0/resources/limits/cpu')).toMatchObject([
    { source: '$KUBERNETES_CPU_LIMIT', value: '4' },
  ]);
});
