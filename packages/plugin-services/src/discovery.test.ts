import { NamespaceToken } from '@millrace/core';
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
  beside: [offering(NamespaceToken, 'ci')],
  containers: [{ name: 'a', role: 'step' }],
  job: {
    network: { name: 'wp-hsvc-1', selector: { key: 'example.org/job', value: '1' } },
  },
};
const specOf = async (toml: string, more: HarnessOptions = {}): Promise<unknown> => {
  const harness = await createPluginHarness(plugin, { ...around, ...more, toml });
  try {
    return harness.pod()['spec'];
  } finally {
    await harness.dispose();
  }
};

definePluginConformance(plugin, {
  describe,
  it,
  options: { ...around, toml: 'WOODPECKER_BACKEND_K8S_CLUSTER_DOMAIN = "k8s.corp"' },
});

describe('pods of a job with a network', () => {
  it.each([
    ['', 'wp-hsvc-1.ci.svc.cluster.local'],
    ['WOODPECKER_BACKEND_K8S_CLUSTER_DOMAIN = ""', 'wp-hsvc-1.ci.svc.cluster.local'],
    ['WOODPECKER_BACKEND_K8S_CLUSTER_DOMAIN = "k8s.corp"', 'wp-hsvc-1.ci.svc.k8s.corp'],
  ])('with %j find each other below %s', async (toml, domain) => {
    expect(await specOf(toml)).toMatchObject({
      subdomain: 'wp-hsvc-1',
      dnsConfig: { searches: [domain] },
    });
  });

  it('have the host name and the search that the settings say', async () => {
    const spec = await specOf(
      '[runners.millrace.services.discovery]\nhostname = "db"\nsearch = false',
    );
    expect(spec).toMatchObject({ hostname: 'db', subdomain: 'wp-hsvc-1' });
    expect(spec).not.toHaveProperty('dnsConfig');
  });

  it('get a headless service without ports, for as long as the job', async () => {
    const harness = await createPluginHarness(plugin, around);
    expect(harness.plan().objects).toMatchObject([
      {
        contribution: { scope: 'job', when: 'before', deleteAt: 'job-end' },
        object: {
          manifest: {
            metadata: { name: 'wp-hsvc-1' },
            spec: { type: 'ClusterIP', clusterIP: 'None', selector: { 'example.org/job': '1' } },
          },
        },
      },
    ]);
    await harness.dispose();
  });

  it('are told about a name that the API server will refuse', async () => {
    const harness = await createPluginHarness(plugin, {
      ...around,
      job: { network: { name: 'a.b', selector: { key: 'k', value: 'v' } } },
    });
    expect(harness.plan().log).toMatchObject([
      { kind: 'warn', text: expect.stringMatching(/refuse the network name a\.b/) as string },
    ]);
    await harness.dispose();
  });
});

it('a job without network has neither service nor names', async () => {
  const { network: _, ...job } = around.job ?? {};
  const harness = await createPluginHarness(plugin, { ...around, job });
  expect(harness.plan().objects).toEqual([]);
  expect(harness.pod()['spec']).not.toHaveProperty('subdomain');
  await harness.dispose();
});
