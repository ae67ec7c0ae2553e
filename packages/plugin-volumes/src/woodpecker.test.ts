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
  containers: [{ name: 'a', role: 'step' }],
  job: { workspace: { directory: '/woodpecker', volumeName: 'wp-0-default' } },
};
const using = async <T>(
  toml: string,
  look: (harness: Awaited<ReturnType<typeof createPluginHarness>>) => T,
): Promise<T> => {
  const harness = await createPluginHarness(plugin, { ...around, toml });
  try {
    return look(harness);
  } finally {
    await harness.dispose();
  }
};
const variable = (name: string, value: string): string =>
  `WOODPECKER_BACKEND_K8S_${name} = ${value}\n`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    ...around,
    toml: variable('VOLUME_SIZE', '"50Gi"') + variable('STORAGE_RWX', 'false'),
  },
});

describe("the claim of a workflow's workspace", () => {
  it.each([
    ['', { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '10G' } } }],
    [
      variable('VOLUME_SIZE', '"1024Mi"') +
        variable('STORAGE_CLASS', '"fast"') +
        variable('STORAGE_RWX', 'false'),
      {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast',
        resources: { requests: { storage: '1Gi' } },
      },
    ],
  ])('with %j is %j', async (toml, spec) => {
    const objects = await using(toml, ({ plan }) => plan().objects);
    expect(objects).toMatchObject([
      {
        contribution: { scope: 'job', when: 'before', deleteAt: 'job-end' },
        object: { manifest: { kind: 'PersistentVolumeClaim', metadata: { name: 'wp-0-default' } } },
      },
    ]);
    expect(objects[0]?.object.manifest['spec']).toEqual(spec);
  });

  it.each(['"10 GB"', '""', '"lots"'])(
    'of the size %s is an error that names the variable and the fix',
    async (size) => {
      await expect(using(variable('VOLUME_SIZE', size), () => undefined)).rejects.toMatchObject({
        message: expect.stringMatching(
          /WOODPECKER_BACKEND_K8S_VOLUME_SIZE: .*is no size/,
        ) as string,
        hint: 'write it like 10G or 50Gi',
      });
    },
  );

  it('has no empty directory beside it', async () => {
    const spec = await using('', ({ pod }) => pod()['spec']);
    expect(spec).not.toHaveProperty('volumes');
  });
});

it('pods run on one node where the claim asks for it, and freely where not', async () => {
  const own = '[runners.millrace.volumes.workspaceClaim]\nsameNode = true';
  expect(await using(own, ({ pod }) => pod()['spec'])).toMatchObject({
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            labelSelector: { matchLabels: { 'millrace.dev/job': 'job-1' } },
            topologyKey: 'kubernetes.io/hostname',
          },
        ],
      },
    },
  });
  expect(await using('', ({ pod }) => pod()['spec'])).not.toHaveProperty('affinity');
});

it('a size of our own settings that is none refuses the job', async () => {
  const own = '[runners.millrace.volumes.workspaceClaim]\nsize = "big"';
  expect(await using(own, ({ plan }) => plan().refused?.message)).toMatch(/"big", is no quantity/);
});
