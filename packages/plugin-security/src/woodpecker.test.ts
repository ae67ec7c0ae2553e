import { PlatformToken } from '@millrace/core';
import {
  createPluginHarness,
  definePluginConformance,
  offering,
  type HarnessOptions,
} from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { plugin } from './index.ts';
import { bindings } from './woodpecker.ts';

const around: HarnessOptions = {
  bindings,
  beside: [
    offering(PlatformToken, { os: undefined, architecture: 'amd64', windowsBuild: undefined }),
  ],
  containers: [
    { name: 'a', role: 'step' },
    { name: 'init-a', role: 'init', init: true },
  ],
};

definePluginConformance(plugin, {
  describe,
  it,
  options: { ...around, toml: 'WOODPECKER_BACKEND_K8S_SECCTX_NONROOT = true' },
});

it.each([
  ['', { fsGroup: 1000 }],
  ['WOODPECKER_BACKEND_K8S_SECCTX_NONROOT = false', { fsGroup: 1000 }],
  ['WOODPECKER_BACKEND_K8S_SECCTX_NONROOT = true', { fsGroup: 1000, runAsNonRoot: true }],
])('with %j the pod has %j', async (toml, securityContext) => {
  const harness = await createPluginHarness(plugin, { ...around, toml });
  expect(harness.pod()['spec']).toMatchObject({ securityContext });
  expect(harness.pod()['spec']).toMatchObject({
    containers: [{ name: 'a' }],
    initContainers: [
      { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
    ],
  });
  await harness.dispose();
});

it('users of the node are kept out where the settings say so', async () => {
  const toml = '[runners.millrace.security]\nhostUsers = false';
  const harness = await createPluginHarness(plugin, { ...around, toml });
  expect(harness.pod()['spec']).toMatchObject({ hostUsers: false });
  await harness.dispose();
});

it.each([
  ['{ type = "RuntimeDefault" }', { type: 'RuntimeDefault' }, 0],
  ['{ type = "Bogus" }', { type: 'Bogus' }, 1],
  ['{ type = "Localhost" }', { type: 'Localhost' }, 1],
  [
    '{ type = "Unconfined", localhostProfile = "p" }',
    { type: 'Unconfined', localhostProfile: 'p' },
    1,
  ],
])(
  'the profile %s is sent for the API server to judge, with a warning',
  async (profile, sent, warnings) => {
    const toml = `[runners.millrace.security.pod]\nseccompProfile = ${profile}`;
    const harness = await createPluginHarness(plugin, { ...around, toml });
    expect(harness.pod()['spec']).toMatchObject({ securityContext: { seccompProfile: sent } });
    expect(harness.plan().log).toHaveLength(warnings);
    await harness.dispose();
  },
);
