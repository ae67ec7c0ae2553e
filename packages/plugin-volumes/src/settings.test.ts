import { createPluginHarness, type PluginHarness } from '@millrace/testkit';
import type { JsonObject } from '@millrace/core';
import { expect, it } from 'vitest';
import { plugin } from './index.ts';
import { settingsSchema } from './settings.ts';

const harness = (toml: string): Promise<PluginHarness> =>
  createPluginHarness(plugin, { toml: `[runners.millrace.volumes.sets]\n${toml}` });

it('needs no settings', () => {
  expect(settingsSchema.parse({})).toEqual({
    workspaceClaim: {
      enabled: false,
      size: '10G',
      storageClass: '',
      accessMode: 'ReadWriteMany',
      sameNode: false,
    },
    sets: {},
    sizeLimitWarnings: 1,
  });
});

it('mounts a volume only where it is asked to', async () => {
  const { pod } = await harness(`
    tools.volumes = [{ name = "tools", image = { reference = "registry.example.com/tools:1" } }]
    tools.mounts = [
      { name = "tools", mountPath = "/tools", roles = ["build"] },
      { name = "tools", mountPath = "/t", readOnly = true, containers = ["helper"] },
    ]
  `);
  const { volumes, containers } = pod()['spec'] as JsonObject;
  expect(volumes).toEqual([
    { name: 'tools', image: { reference: 'registry.example.com/tools:1' } },
  ]);
  expect(containers).toMatchObject([
    { name: 'build', volumeMounts: [{ name: 'tools', mountPath: '/tools' }] },
    { name: 'helper', volumeMounts: [{ name: 'tools', mountPath: '/t', readOnly: true }] },
  ]);
});

it('orders sets by rank, then by name', async () => {
  const { pod } = await harness(`
    b.volumes = [{ name = "second", emptyDir = {} }]
    a.volumes = [{ name = "last", emptyDir = {} }]
    a.rank = 1
    aa.volumes = [{ name = "first", emptyDir = {} }]
  `);
  const { volumes } = pod()['spec'] as JsonObject;
  expect((volumes as readonly JsonObject[]).map(({ name }) => name)).toEqual([
    'first',
    'second',
    'last',
  ]);
});

it.each([
  ['a volume without a source', '{ name = "v" }', 'exactly one source'],
  ['a volume with two', '{ name = "v", emptyDir = {}, nfs = {} }', 'exactly one source'],
  [
    'a source that Kubernetes does not have',
    '{ name = "v", floppy = {} }',
    '"floppy" is no kind of volume',
  ],
  [
    'a field that the source does not have',
    '{ name = "v", nfs = { host = "h" } }',
    'unknown field nfs.host',
  ],
  ['a value of a wrong type', '{ name = "v", nfs = { server = 1 } }', 'cannot unmarshal number'],
  ['a volume without a name', '{ emptyDir = {} }', 'name'],
])('refuses %s', async (_what, volume, message) => {
  await expect(harness(`mine.volumes = [${volume}]`)).rejects.toThrow(message);
});

it('warns once of a size limit that is no quantity', async () => {
  const planned = await harness('mine.volumes = [{ name = "v", emptyDir = { sizeLimit = "x" } }]');
  expect(planned.plan().log.map(({ text }) => text)).toEqual([
    expect.stringContaining('the size limit "x" of volume "v" is left out'),
  ]);
});
