import { definePlugin, SharedWorkspaceToken, type Job, type JsonObject } from '@millrace/core';
import { createPluginHarness, type PluginHarness } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { plugin } from './index.ts';

/** Says whether the workspace is shared. */
const asks = definePlugin({
  name: 'test-asks',
  configKey: 'test_asks',
  configSchema: {
    '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
  },
  setup: ({ tap }) => {
    tap('contributePod', { needs: { shared: SharedWorkspaceToken } }, (_unit, _job, { shared }) => [
      { kind: 'say', code: 'test.shared', text: String(shared) },
    ]);
  },
});

const harness = (
  source: string,
  mount: string,
  job: Partial<Job> = { workspace: { directory: '/work', volumeName: 'ws' } },
): Promise<PluginHarness> =>
  createPluginHarness(plugin, {
    beside: [asks],
    job,
    toml: `
      [runners.millrace.volumes.sets.mine]
      volumes = [{ name = "v", ${source} }]
      mounts = [{ name = "v", ${mount} }]
    `,
  });

const claim = 'persistentVolumeClaim = { claimName = "c" }';

it.each([
  ['a claim at the workspace is shared', claim, 'mountPath = "/work"', true],
  ['an empty directory is not', 'emptyDir = {}', 'mountPath = "/work"', false],
  [
    'a claim made for the pod is not',
    'ephemeral = { volumeClaimTemplate = {} }',
    'mountPath = "/work"',
    false,
  ],
  ['a claim elsewhere is not', claim, 'mountPath = "/cache"', false],
])('%s', async (_behaviour, source, mount, shared) => {
  const { log } = (await harness(source, mount)).plan();
  expect(log.map(({ text }) => text)).toEqual([String(shared)]);
});

it('refuses a mount at the workspace that only some containers have', async () => {
  const planned = await harness(claim, 'mountPath = "/work", roles = ["build"]');
  expect(planned.plan().refused?.message).toContain('/work');
});

it('makes no volume for a job without a workspace', async () => {
  const spec = (await harness(claim, 'mountPath = "/work"', {})).pod()['spec'] as JsonObject;
  expect(spec['volumes']).toEqual([{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }]);
});

it('says whose volume the workspace is', async () => {
  const planned = await harness(claim, 'mountPath = "/cache"');
  expect(planned.explain('/spec/volumes/1')).toMatchObject([
    { plugin: '@millrace/plugin-volumes', value: { name: 'ws', emptyDir: {} } },
  ]);
});
