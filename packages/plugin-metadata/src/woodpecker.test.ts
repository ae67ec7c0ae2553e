import {
  createPluginHarness,
  definePluginConformance,
  type HarnessOptions,
} from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { plugin } from './index.ts';
import { bindings } from './woodpecker.ts';

const around: HarnessOptions = {
  bindings,
  toml: `
WOODPECKER_BACKEND_K8S_POD_LABELS = { team = "a", step = "mine", "wp.org/branch" = "forced" }
WOODPECKER_BACKEND_K8S_POD_ANNOTATIONS = { note = "agent" }`,
  job: {
    labels: [
      { key: 'wp.org/branch', value: 'main' },
      { key: 'step', value: 'build', fixed: true },
    ],
  },
};

definePluginConformance(plugin, { describe, it, options: around });

it("the operator's labels replace those of the job, except fixed ones", async () => {
  const harness = await createPluginHarness(plugin, around);
  expect(harness.pod().metadata).toMatchObject({
    labels: { team: 'a', step: 'build', 'wp.org/branch': 'forced' },
    annotations: { note: 'agent' },
  });
  expect(harness.plan().decisions).toMatchObject([
    { subject: 'label step', value: 'mine', allowed: false },
  ]);
  await harness.dispose();
});
