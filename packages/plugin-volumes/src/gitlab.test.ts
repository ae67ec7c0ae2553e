import type { Job, JsonObject } from '@millrace/core';
import { createPluginHarness, type PluginHarness } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const harness = (toml: string, job: Partial<Job> = {}): Promise<PluginHarness> =>
  createPluginHarness(plugin, {
    toml: `[runners.kubernetes]\n${toml}`,
    bindings,
    job: { workspace: { directory: '/builds', volumeName: 'repo' }, ...job },
    variables: [
      { key: 'CI_CONCURRENT_ID', value: '0' },
      { key: 'CI_JOB_ID', value: '4111' },
    ],
    containers: [
      { name: 'init-permissions', role: 'init', init: true },
      { name: 'build', role: 'build' },
      { name: 'helper', role: 'helper', rank: 1 },
      { name: 'db', role: 'service', rank: 2 },
    ],
  });

const specOf = ({ pod }: PluginHarness): JsonObject => pod()['spec'] as JsonObject;

const containersOf = (planned: PluginHarness): readonly JsonObject[] => {
  const { initContainers, containers } = specOf(planned);
  return [initContainers, containers].flat() as readonly JsonObject[];
};

/** Mounts, which are the same in all containers. */
function mountsOf(planned: PluginHarness): unknown {
  const [first, ...others] = containersOf(planned).map(({ volumeMounts }) => volumeMounts);
  for (const other of others) expect(other).toEqual(first);
  return first;
}

const repo = { name: 'repo', emptyDir: {} };
const repoMount = { name: 'repo', mountPath: '/builds' };

it('gives the job a workspace of its own in all containers (gitlab/001)', async () => {
  const planned = await harness('');
  expect(specOf(planned)['volumes']).toEqual([repo]);
  expect(mountsOf(planned)).toEqual([repoMount]);
});

it('lists kinds in one order, however they are written (gitlab/123)', async () => {
  const planned = await harness(`
    [[runners.kubernetes.volumes.nfs]]
      name = "v-nfs"
      mount_path = "/m/nfs"
      server = "s"
      path = "/p"
    [[runners.kubernetes.volumes.csi]]
      name = "v-csi"
      mount_path = "/m/csi"
      driver = "d"
    [[runners.kubernetes.volumes.empty_dir]]
      name = "v-empty-dir"
      mount_path = "/m/empty_dir"
    [[runners.kubernetes.volumes.config_map]]
      name = "v-config-map"
      mount_path = "/m/config_map"
    [[runners.kubernetes.volumes.pvc]]
      name = "v-pvc"
      mount_path = "/m/pvc"
    [[runners.kubernetes.volumes.secret]]
      name = "v-secret"
      mount_path = "/m/secret"
    [[runners.kubernetes.volumes.host_path]]
      name = "v-host-path"
      mount_path = "/m/host_path"
  `);
  expect(specOf(planned)['volumes']).toEqual([
    { name: 'v-host-path', hostPath: { path: '/m/host_path' } },
    { name: 'v-secret', secret: { secretName: 'v-secret' } },
    { name: 'v-pvc', persistentVolumeClaim: { claimName: 'v-pvc' } },
    { name: 'v-config-map', configMap: { name: 'v-config-map' } },
    { name: 'v-empty-dir', emptyDir: {} },
    { name: 'v-csi', csi: { driver: 'd', fsType: '', readOnly: false } },
    { name: 'v-nfs', nfs: { server: 's', path: '/p' } },
    repo,
  ]);
  expect(mountsOf(planned)).toEqual([
    { name: 'v-host-path', mountPath: '/m/host_path' },
    { name: 'v-secret', mountPath: '/m/secret' },
    { name: 'v-pvc', mountPath: '/m/pvc' },
    { name: 'v-config-map', mountPath: '/m/config_map' },
    { name: 'v-empty-dir', mountPath: '/m/empty_dir' },
    { name: 'v-csi', mountPath: '/m/csi' },
    { name: 'v-nfs', mountPath: '/m/nfs' },
    repoMount,
  ]);
});

it('replaces variables in mount paths and not in paths of the node (gitlab/111)', async () => {
  const planned = await harness(`
    [[runners.kubernetes.volumes.host_path]]
      name = "hp1"
      mount_path = "/data/$CI_JOB_ID"
      sub_path = "$CI_JOB_ID"
      read_only = true
      host_path = "/srv/$CI_JOB_ID"
    [[runners.kubernetes.volumes.host_path]]
      name = "hp-$CI_JOB_ID"
      mount_path = "/at/$CI_JOB_ID"
      mount_propagation = "HostToContainer"
  `);
  expect(specOf(planned)['volumes']).toEqual([
    { name: 'hp1', hostPath: { path: '/srv/$CI_JOB_ID' } },
    { name: 'hp-$CI_JOB_ID', hostPath: { path: '/at/$CI_JOB_ID' } },
    repo,
  ]);
  expect(mountsOf(planned)).toEqual([
    { name: 'hp1', mountPath: '/data/4111', subPath: '4111', readOnly: true },
    { name: 'hp-$CI_JOB_ID', mountPath: '/at/4111', mountPropagation: 'HostToContainer' },
    repoMount,
  ]);
});

it('makes one volume of a claim that is named twice (gitlab/113)', async () => {
  const planned = await harness(`
    [[runners.kubernetes.volumes.pvc]]
      name = "cache-$CI_CONCURRENT_ID"
      mount_path = "/cache"
    [[runners.kubernetes.volumes.pvc]]
      name = "other"
      mount_path = "/other"
    [[runners.kubernetes.volumes.pvc]]
      name = "cache-$CI_CONCURRENT_ID"
      mount_path = "/cache2"
      sub_path = "two"
      read_only = true
  `);
  expect(specOf(planned)['volumes']).toEqual([
    { name: 'cache-0', persistentVolumeClaim: { claimName: 'cache-0' } },
    { name: 'other', persistentVolumeClaim: { claimName: 'other' } },
    repo,
  ]);
  expect(mountsOf(planned)).toEqual([
    { name: 'cache-0', mountPath: '/cache' },
    { name: 'other', mountPath: '/other' },
    { name: 'cache-0', mountPath: '/cache2', subPath: 'two', readOnly: true },
    repoMount,
  ]);
});

it('sends other volumes as often as they are written', async () => {
  const planned = await harness(`
    [[runners.kubernetes.volumes.empty_dir]]
      name = "twice"
      mount_path = "/a"
    [[runners.kubernetes.volumes.empty_dir]]
      name = "twice"
      mount_path = "/a"
  `);
  const twice = { name: 'twice', emptyDir: {} };
  expect(specOf(planned)['volumes']).toEqual([twice, twice, repo]);
  const mount = { name: 'twice', mountPath: '/a' };
  expect(mountsOf(planned)).toEqual([mount, mount, repoMount]);
  expect(planned.plan().decisions).toMatchObject([
    { subject: 'volume twice', reason: expect.stringContaining('the API server refuses a pod') },
  ]);
});

it('orders items by key, last first (gitlab/115)', async () => {
  const planned = await harness(`
    [[runners.kubernetes.volumes.config_map]]
      name = "cm"
      mount_path = "/etc/cm"
      [runners.kubernetes.volumes.config_map.items]
        "key_2" = "key_2"
        "key_1" = "relative/path"
  `);
  expect(specOf(planned)['volumes']).toEqual([
    {
      name: 'cm',
      configMap: {
        name: 'cm',
        items: [
          { key: 'key_2', path: 'key_2' },
          { key: 'key_1', path: 'relative/path' },
        ],
      },
    },
    repo,
  ]);
});

it('passes attributes of a csi volume on (gitlab/119)', async () => {
  const planned = await harness(`
    [[runners.kubernetes.volumes.csi]]
      name = "vault"
      mount_path = "/mnt/secrets"
      driver = "secrets-store.csi.k8s.io"
      fs_type = "ext4"
      read_only = true
      [runners.kubernetes.volumes.csi.volume_attributes]
        secretProviderClass = "ci"
  `);
  expect(specOf(planned)['volumes']).toEqual([
    {
      name: 'vault',
      csi: {
        driver: 'secrets-store.csi.k8s.io',
        fsType: 'ext4',
        readOnly: true,
        volumeAttributes: { secretProviderClass: 'ci' },
      },
    },
    repo,
  ]);
});

it('writes a size limit as Kubernetes does (gitlab/117)', async () => {
  const planned = await harness(`
    [[runners.kubernetes.volumes.empty_dir]]
      name = "shm"
      mount_path = "/dev/shm"
      medium = "Memory"
      size_limit = "1024Mi"
  `);
  expect(specOf(planned)['volumes']).toEqual([
    { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
    repo,
  ]);
  expect(planned.plan().log).toEqual([]);
});

it('warns of a size limit that is no quantity, and leaves it out', async () => {
  const planned = await harness(`
    [[runners.kubernetes.volumes.empty_dir]]
      name = "shm"
      mount_path = "/dev/shm"
      size_limit = "much"
  `);
  expect(specOf(planned)['volumes']).toEqual([{ name: 'shm', emptyDir: {} }, repo]);
  const warning = {
    kind: 'warn',
    code: 'volumes.bad-size-limit',
    text: `invalid limit quantity "much" for empty volume "shm": quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
  };
  expect(planned.plan().log).toEqual([warning, warning]);
});

it('stops for an nfs volume that lacks fields, and names them', async () => {
  const config = `
    [[runners.kubernetes.volumes.nfs]]
      name = "n"
      server = "s"
  `;
  await expect(harness(config)).rejects.toThrow(
    'nfs volume: missing required fields: mount_path, path',
  );
});

it('warns of members that a kind does not have', async () => {
  const { warnings } = await harness(`
    [[runners.kubernetes.volumes.empty_dir]]
      name = "n"
      mount_path = "/n"
      read_only = true
  `);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('read_only');
});

it('names the line that asked for a volume', async () => {
  const planned = await harness(`
    [[runners.kubernetes.volumes.pvc]]
      name = "cache"
      mount_path = "/cache"
  `);
  expect(planned.explain('/spec/volumes/0')).toMatchObject([
    { source: expect.stringContaining('volumes.pvc') },
  ]);
});

it.each([
  ['a claim at the workspace replaces the own volume', 'pvc', '/builds', true],
  ['an empty directory there replaces it too', 'empty_dir', '/builds', true],
  ['a variable may name the directory', 'pvc', '$ROOT', true],
  ['text must be equal, a slash more is another path', 'pvc', '/builds/', false],
])('%s', async (_behaviour, kind, path, replaced) => {
  const planned = await createPluginHarness(plugin, {
    toml: `[[runners.kubernetes.volumes.${kind}]]\nname = "v"\nmount_path = "${path}"`,
    bindings,
    variables: [{ key: 'ROOT', value: '/builds' }],
    job: { workspace: { directory: '/builds', volumeName: 'repo' } },
  });
  const names = (specOf(planned)['volumes'] as readonly JsonObject[]).map(({ name }) => name);
  expect(names).toEqual(replaced ? ['v'] : ['v', 'repo']);
});
