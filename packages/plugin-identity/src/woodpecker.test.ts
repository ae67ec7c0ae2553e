import { createPluginHarness, definePluginConformance } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { plugin } from './index.ts';
import { bindings } from './woodpecker.ts';

const perOrganization = `
WOODPECKER_BACKEND_K8S_NAMESPACE = "CI"
WOODPECKER_BACKEND_K8S_NAMESPACE_PER_ORGANIZATION = true`;

definePluginConformance(plugin, {
  describe,
  it,
  options: { bindings, toml: perOrganization, job: { owner: '3' } },
});

it.each([
  ['', 'woodpecker', 0],
  ['WOODPECKER_BACKEND_K8S_NAMESPACE = "CI_Jobs"', 'CI_Jobs', 0],
  [perOrganization, 'ci-3', 1],
])('with %j everything is in %s', async (toml, namespace, namespaces) => {
  const harness = await createPluginHarness(plugin, { bindings, toml, job: { owner: '3' } });
  expect(harness.pod().metadata.namespace).toBe(namespace);
  expect(harness.plan().objects).toHaveLength(namespaces);
  expect(harness.plan().log).toEqual([]);
  await harness.dispose();
});

it("an owner's namespace is made where it is missing, kept, and not marked as the job's", async () => {
  const harness = await createPluginHarness(plugin, {
    bindings,
    toml: perOrganization,
    job: { owner: '3' },
  });
  const [namespace] = harness.plan().objects;
  expect(namespace?.contribution).toMatchObject({ scope: 'job', deleteAt: 'never' });
  expect(namespace?.object.manifest.metadata).toEqual({ name: 'ci-3' });
  await harness.dispose();
});

it('an empty namespace is an error', async () => {
  const toml = 'WOODPECKER_BACKEND_K8S_NAMESPACE = ""';
  await expect(createPluginHarness(plugin, { bindings, toml })).rejects.toThrow(
    /WOODPECKER_BACKEND_K8S_NAMESPACE.*names no namespace/s,
  );
});
