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

it.each([
  ['requests', 'lots'],
  ['limits', 'lots'],
  ['requests', ''],
])(
  'a quantity that is none, in %s "%s", refuses the workflow in the words of the agent, with the place and the fix',
  async (list, quantity) => {
    const bad = `[runners.millrace.resources.rules.step.${list}]\nmemory = "${quantity}"`;
    const harness = await createPluginHarness(plugin, { bindings, toml: bad, containers });
    const message = harness.plan().refused?.message ?? '';
    expect(message).toContain(
      `resource request 'memory' quantity '${quantity}': quantities must match the regular expression`,
    );
    expect(message).toMatch(new RegExp(`write it like .* in .*resources\\.${list}$`));
    await harness.dispose();
  },
);
