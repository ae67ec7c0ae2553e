import { definePlugin, type JsonObject, type SettingChange } from '@millrace/core';
import { createPluginHarness, type PluginHarness, type PluginUnderTest } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

/** Changes settings as job variables would. */
const changing = (setting: string, value: string): PluginUnderTest =>
  definePlugin({
    name: '@millrace/testkit-overwrites',
    configKey: 'overwrites',
    configSchema: {
      '~standard': { version: 1, vendor: 'millrace', validate: (input) => ({ value: input }) },
    },
    setup: ({ tap }) => {
      tap('overwriteSettings', (): readonly SettingChange[] => [
        {
          kind: 'setting',
          plugin: plugin.name,
          path: setting.split('.'),
          value,
          source: { plugin: plugin.name, variable: 'KUBERNETES_TEST' },
        },
      ]);
    },
  });
const planned = (toml: string, beside: readonly PluginUnderTest[] = []): Promise<PluginHarness> =>
  createPluginHarness(plugin, { toml: `[runners.kubernetes]\n${toml}`, bindings, beside });
const spec = (harness: PluginHarness): JsonObject => {
  const { containers: _, ...rest } = harness.pod()['spec'] as JsonObject;
  return rest;
};
const log = (harness: PluginHarness): readonly string[] =>
  harness.plan().log.map(({ kind, text }) => `${kind}: ${text}`);

it('everything is created in the configured namespace, and the log names it', async () => {
  const harness = await planned('namespace = "ci"');
  expect(harness.pod().metadata.namespace).toBe('ci');
  expect(harness.plan().job.namespace).toBe('ci');
  expect(harness.plan().objects).toEqual([]);
  expect(log(harness)).toEqual(['say: Using Kubernetes namespace: ci']);
});

it('without a namespace it is default, with a warning', async () => {
  const harness = await planned('');
  expect(harness.pod().metadata.namespace).toBe('default');
  expect(log(harness)).toEqual([
    "warn: Namespace is empty, therefore assuming 'default'.",
    'say: Using Kubernetes namespace: default',
  ]);
});

it('a job variable changes the namespace and the service account', async () => {
  const harness = await planned('namespace = "ci"\nservice_account = "ci-default"', [
    changing('namespace', 'ci-main'),
  ]);
  expect(harness.pod().metadata.namespace).toBe('ci-main');
  expect(log(harness)).toEqual(['say: Using Kubernetes namespace: ci-main']);
  const other = await planned('service_account = "ci-default"', [
    changing('serviceAccount', 'ci-deploy'),
  ]);
  expect(spec(other)).toEqual({ serviceAccountName: 'ci-deploy' });
  expect(other.explain('/spec/serviceAccountName')[0]?.source).toBe('$KUBERNETES_TEST');
});

it('a namespace for each job is made first and deleted last, whatever else names one', async () => {
  const harness = await planned('namespace_per_job = true', [changing('namespace', 'other')]);
  const plan = harness.plan();
  expect(plan.job.namespace).toBe('ci-job-job-1');
  expect(plan.decisions).toEqual([
    expect.objectContaining({
      subject: 'namespace',
      value: 'ci-job-job-1',
      source: 'runners.kubernetes.namespace_per_job (config.toml:3)',
    }),
  ]);
  expect(log(harness)).toEqual(['say: Using Kubernetes namespace: ci-job-job-1']);
  expect(plan.objects).toEqual([
    expect.objectContaining({
      contribution: { id: '0-namespace', scope: 'job', when: 'before', deleteAt: 'job-end' },
    }),
  ]);
  expect(plan.objects[0]?.object.manifest).toMatchObject({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'ci-job-job-1' },
  });
  expect(plan.objects[0]?.object.manifest.metadata.namespace).toBeUndefined();
});

it.each([
  ['unset is not sent', '', {}],
  [
    'false is sent',
    'automount_service_account_token = false',
    { automountServiceAccountToken: false },
  ],
  [
    'true is sent',
    'automount_service_account_token = true',
    { automountServiceAccountToken: true },
  ],
  ['an empty account is not sent', 'service_account = ""', {}],
])('%s', async (_behaviour, toml, expected) => {
  expect(spec(await planned(toml))).toEqual(expected);
});

it("a token that the job brings is the job's credential; the configured one is the runner's", async () => {
  const toml = 'host = "https://k8s.example.com"\nbearer_token = "of-the-runner"';
  const own = await planned(toml, [changing('connection.token', 'of-the-job')]);
  expect(own.generation.settings.settings.get(plugin.name)?.value).toMatchObject({
    connection: { server: 'https://k8s.example.com', token: 'of-the-runner' },
  });
  expect(own.plan().job.credential).toEqual({ token: 'of-the-job' });
  expect((await planned(toml)).plan().job.credential).toBeUndefined();
});

it('a client certificate without key and CA ends the job in the peer’s words (gitlab/101)', async () => {
  const harness = await planned('host = "https://k8s.example.com"\ncert_file = "/c.pem"');
  expect(harness.plan().refused).toMatchObject({
    reason: 'configuration_error',
    message:
      'getting Kubernetes config: ca file, cert file and key file must be specified when using file based auth',
  });
});

it('a namespace that no request can name ends the job in the peer’s words', async () => {
  const harness = await planned('', [changing('namespace', '/builds/a.tmp/FILE')]);
  expect(harness.plan().refused).toMatchObject({
    code: 'identity.bad-namespace',
    message:
      'starting pod watcher: not synced: *v1.Pod; "/builds/a.tmp/FILE" cannot be a namespace: it may not contain "/" or "%"',
  });
});

const look = '[runners.millrace.identity.availability]\nretries = 2\n';

it('the service account must be there where the settings ask to look', async () => {
  const harness = await planned(`namespace = "ci"\nservice_account = "deploy"\n${look}`);
  expect(harness.plan().preconditions).toEqual([
    expect.objectContaining({ namespace: 'ci', name: 'deploy', attempts: 3, interval: 5000 }),
  ]);
  expect(harness.plan().preconditions[0]?.refusal.text).toContain(
    'Timed out while waiting for ServiceAccount/deploy to be present in the cluster',
  );
});

it.each([
  ['nobody asked', 'service_account = "deploy"'],
  ['no account is named', look],
  [
    'the namespace is made for the job',
    `namespace_per_job = true\nservice_account = "deploy"\n${look}`,
  ],
])('nobody looks for a service account where %s', async (_why, toml) => {
  expect((await planned(toml)).plan().preconditions).toEqual([]);
});
