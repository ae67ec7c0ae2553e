import { createPluginHarness, definePluginConformance } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { plugin } from './index.ts';
import { bindings } from './woodpecker.ts';

const toml = `[runners.millrace.resources.rules.step.requests]
memory = "128"
cpu = "1.5"`;
const containers = [
  { name: 'a', role: 'step' as const },
  { name: 'init-a', role: 'init' as const, init: true },
];

definePluginConformance(plugin, { describe, it, options: { bindings, toml, containers } });

it('steps have what they ask for, the container that makes directories a little', async () => {
  const harness = await createPluginHarness(plugin, { bindings, toml, containers });
  const little = { cpu: '5m', memory: '12Mi' };
  expect(harness.pod()['spec']).toMatchObject({
    containers: [{ resources: { requests: { cpu: '1500m', memory: '128' } } }],
    initContainers: [{ resources: { requests: little, limits: little } }],
  });
  await harness.dispose();
});

it('a quantity that is none refuses the workflow, with the place and the fix', async () => {
  const bad = '[runners.millrace.resources.rules.step.limits]\nmemory = "lots"';
  const harness = await createPluginHarness(plugin, { bindings, toml: bad, containers });
  expect(harness.plan().refused?.message).toMatch(
    /resource limit 'memory' quantity 'lots': .*write it like/,
  );
  await harness.dispose();
});
