import { NamespaceToken, PlatformToken, type ContainerRequest } from '@millrace/core';
import {
  createPluginHarness,
  definePluginConformance,
  offering,
  type HarnessOptions,
} from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { plugin } from './index.ts';
import { bindings } from './woodpecker.ts';

const around = (image: ContainerRequest['image'], toml = ''): HarnessOptions => ({
  bindings,
  toml,
  beside: [
    offering(NamespaceToken, 'ci'),
    offering(PlatformToken, { os: undefined, architecture: 'amd64', windowsBuild: undefined }),
  ],
  containers: [{ name: 'a', role: 'step', ...(image === undefined ? {} : { image }) }],
});
const login = { username: 'u', password: 'hidden-password', secretName: 'wp-1' };

definePluginConformance(plugin, {
  describe,
  it,
  options: around(
    { name: 'busybox', login },
    'WOODPECKER_BACKEND_K8S_PULL_SECRET_NAMES = ["a", "", "b"]',
  ),
  secrets: [login.password],
});

it.each<[string, ContainerRequest['image'], object]>([
  ['as the cluster does', { name: 'busybox' }, { image: 'busybox' }],
  [
    'each time where the step says so',
    { name: 'busybox', pullPolicies: ['Always'] },
    { image: 'busybox', imagePullPolicy: 'Always' },
  ],
])('images are pulled %s', async (_how, image, container) => {
  const harness = await createPluginHarness(plugin, around(image));
  expect(harness.pod()['spec']).toMatchObject({ containers: [{ name: 'a', ...container }] });
  expect(harness.plan().log).toEqual([]);
  await harness.dispose();
});

it("the operator's pull secrets come first, empty entries as they are, then the image's own", async () => {
  const harness = await createPluginHarness(
    plugin,
    around({ name: 'busybox', login }, 'WOODPECKER_BACKEND_K8S_PULL_SECRET_NAMES = ["a", "", "b"]'),
  );
  expect(harness.pod()['spec']).toMatchObject({
    imagePullSecrets: [{ name: 'a' }, {}, { name: 'b' }, { name: 'wp-1' }],
  });
  await harness.dispose();
});

it.each([
  [{ name: 'Not An Image' }, /the step will fail; correct its image/],
  [undefined, /write image: at the step/],
])('the image %j is planned as it is, with a warning', async (image, warning) => {
  const harness = await createPluginHarness(plugin, around(image));
  expect(harness.plan().refused).toBeNull();
  expect(harness.plan().log).toMatchObject([
    { kind: 'warn', text: expect.stringMatching(warning) as string },
  ]);
  await harness.dispose();
});
