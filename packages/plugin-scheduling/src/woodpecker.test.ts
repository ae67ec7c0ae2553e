import { createPluginHarness, definePluginConformance } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { plugin } from './index.ts';
import { bindings } from './woodpecker.ts';

const environment = `
WOODPECKER_BACKEND_K8S_PRIORITY_CLASS = "ci-low"
WOODPECKER_BACKEND_K8S_POD_NODE_SELECTOR = { "kubernetes.io/arch" = "arm64", pool = "ci" }
WOODPECKER_BACKEND_K8S_POD_TOLERATIONS = [{ Key = "dedicated", operator = "Exists", tolerationSeconds = 30, more = 1 }]
[runners.WOODPECKER_BACKEND_K8S_POD_AFFINITY.nodeaffinity]
bogus = 1
`;

definePluginConformance(plugin, { describe, it, options: { bindings, toml: environment } });

it('the environment says where all pods run; names match in any case, unknown ones are told', async () => {
  const harness = await createPluginHarness(plugin, { bindings, toml: environment });
  expect(harness.pod()['spec']).toMatchObject({
    priorityClassName: 'ci-low',
    nodeSelector: { 'kubernetes.io/arch': 'arm64', pool: 'ci' },
    tolerations: [{ key: 'dedicated', operator: 'Exists', tolerationSeconds: 30 }],
    affinity: { nodeAffinity: {} },
  });
  expect(harness.warnings).toMatchObject([
    expect.stringMatching(/POD_TOLERATIONS.*more/),
    expect.stringMatching(/POD_AFFINITY.*bogus/),
  ]);
  await harness.dispose();
});

it('a number that is written as text is an error', async () => {
  const toml = 'WOODPECKER_BACKEND_K8S_POD_TOLERATIONS = [{ tolerationSeconds = "30" }]';
  await expect(createPluginHarness(plugin, { bindings, toml })).rejects.toThrow(
    /POD_TOLERATIONS.*tolerationSeconds.*whole number/s,
  );
});

it('default labels of nodes count where the node selector says nothing', async () => {
  const toml = `[runners.millrace.scheduling]
nodeSelector = { a = "own" }
defaultNodeSelector = { a = "default", b = "default" }`;
  const harness = await createPluginHarness(plugin, { toml });
  expect(harness.pod()['spec']).toMatchObject({ nodeSelector: { a: 'own', b: 'default' } });
  await harness.dispose();
});
