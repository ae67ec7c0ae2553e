import type { JsonObject } from '@millrace/core';
import { createPluginHarness } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { plugin } from './index.ts';
import { settingsSchema } from './settings.ts';

it('needs no settings', () => {
  expect(settingsSchema.parse({})).toEqual({
    rules: {},
    pod: { requests: {}, limits: {} },
    emptyQuantities: 'none',
    sendEmpty: false,
  });
});

it('gives a rule of your own any resource, and only to the containers it names', async () => {
  const { pod } = await createPluginHarness(plugin, {
    toml: `
      [runners.millrace.resources.rules.gpu]
      containers = ["build"]
      limits = { "nvidia.com/gpu" = "1" }
    `,
  });
  const { containers, resources } = pod()['spec'] as JsonObject;
  expect(resources).toBeUndefined();
  expect(containers).toEqual([
    { name: 'build', resources: { limits: { 'nvidia.com/gpu': '1' } } },
    { name: 'helper' },
  ]);
});

it('refuses the job when two rules differ about one quantity', async () => {
  const planned = await createPluginHarness(plugin, {
    toml: `
      [runners.millrace.resources.rules]
      a = { limits = { cpu = "1" } }
      b = { roles = ["build"], limits = { cpu = "2" } }
    `,
  });
  expect(planned.plan().refused?.message).toContain('/resources/limits/cpu');
});

it('takes two rules that mean the same amount for one', async () => {
  const planned = await createPluginHarness(plugin, {
    toml: `
      [runners.millrace.resources.rules]
      a = { limits = { cpu = "1000m" } }
      b = { limits = { cpu = "1" } }
    `,
  });
  expect(planned.plan().refused).toBeNull();
});

it('names the line of a quantity that is none', async () => {
  const planned = await createPluginHarness(plugin, {
    toml: '[runners.millrace.resources.pod.limits]\ncpu = "x"',
  });
  expect(planned.plan().refused).toMatchObject({
    message: expect.stringContaining('pod: the cpu in limits is "x"'),
    position: { file: 'config.toml', line: 3 },
  });
});
