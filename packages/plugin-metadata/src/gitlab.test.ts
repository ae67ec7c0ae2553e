import { definePlugin, type Job } from '@millrace/core';
import { createPluginHarness, type PluginHarness, type PluginUnderTest } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const job: Pick<Job, 'labels' | 'annotations'> = {
  labels: [
    { key: 'pod', value: 'runner-1' },
    { key: 'job.runner.gitlab.com/pod', value: 'runner-1' },
  ],
  annotations: [{ key: 'job.runner.gitlab.com/ref', value: 'main' }],
};

const planned = (
  toml: string,
  beside: readonly PluginUnderTest[] = [],
  variables: Readonly<Record<string, string>> = {},
): Promise<PluginHarness> =>
  createPluginHarness(plugin, {
    toml,
    bindings,
    job,
    beside,
    variables: Object.entries(variables).map(([key, value]) => ({ key, value })),
  });
/** Labels without those that every pod of ours has. */
const labels = (harness: PluginHarness): unknown =>
  Object.fromEntries(
    Object.entries(harness.pod().metadata.labels ?? {}).filter(
      ([key]) => !key.startsWith('millrace.dev/'),
    ),
  );
const annotations = (harness: PluginHarness): unknown => harness.pod().metadata.annotations;

it('a pod has the labels and annotations of its job', async () => {
  const harness = await planned('');
  expect(labels(harness)).toEqual({ pod: 'runner-1', 'job.runner.gitlab.com/pod': 'runner-1' });
  expect(annotations(harness)).toEqual({ 'job.runner.gitlab.com/ref': 'main' });
});

it('label values are made valid, values of annotations stay', async () => {
  const harness = await planned(
    `[runners.kubernetes.pod_labels]
      team = "$SPACE"
      weird = "++label++@x y"
      long = "${'v'.repeat(70)}"
      nothing = "++"
    [runners.kubernetes.pod_annotations]
      "example.com/ref" = "a/b c $SPACE"`,
    [],
    { SPACE: 'acme/platform' },
  );
  expect(labels(harness)).toMatchObject({
    team: 'acme_platform',
    weird: 'label___x_y',
    long: 'v'.repeat(63),
    nothing: '',
  });
  expect(annotations(harness)).toMatchObject({ 'example.com/ref': 'a/b c acme/platform' });
  expect(harness.explain('/metadata/labels/team')[0]?.source).toBe(
    'runners.kubernetes.pod_labels (config.toml:2)',
  );
});

it('labels of the runner’s own domain are left out without a line in the job log', async () => {
  const harness = await planned(`[runners.kubernetes.pod_labels]
    "job.runner.gitlab.com/pod" = "mine"
    "Runner.GitLab.com/foo" = "y"
    "xrunner.gitlab.com/ok" = "z"`);
  expect(labels(harness)).toEqual({
    pod: 'runner-1',
    'job.runner.gitlab.com/pod': 'runner-1',
    'xrunner.gitlab.com/ok': 'z',
  });
  const { log, decisions } = harness.plan();
  expect(log).toEqual([]);
  expect(
    decisions.map(({ subject, value, allowed, source }) => ({ subject, value, allowed, source })),
  ).toEqual([
    {
      subject: 'label job.runner.gitlab.com/pod',
      value: 'mine',
      allowed: false,
      source: 'runners.kubernetes.pod_labels (config.toml:2)',
    },
    {
      subject: 'label Runner.GitLab.com/foo',
      value: 'y',
      allowed: false,
      source: 'runners.kubernetes.pod_labels (config.toml:2)',
    },
  ]);
});

it('a configured label replaces one of the job, and what it displaced can be seen', async () => {
  const harness = await planned(`[runners.kubernetes.pod_labels]
      pod = "mine"
    [runners.kubernetes.pod_annotations]
      "job.runner.gitlab.com/ref" = "other"`);
  expect(labels(harness)).toMatchObject({ pod: 'mine' });
  expect(annotations(harness)).toEqual({ 'job.runner.gitlab.com/ref': 'other' });
  expect(harness.explain('/metadata/labels/pod').map(({ value }) => value)).toEqual([
    'runner-1',
    'mine',
  ]);
});

it('another plugin’s label of the same key is a conflict that names both', async () => {
  const neighbour: PluginUnderTest = definePlugin({
    name: 'acme-team',
    configKey: 'team',
    configSchema: {
      '~standard': { version: 1, vendor: 'acme', validate: (value) => ({ value }) },
    },
    setup: ({ tap }) => {
      tap('contributePod', () => [
        {
          kind: 'field',
          path: '/metadata/labels/team',
          op: 'set',
          value: 'theirs',
          source: { plugin: 'acme-team' },
        },
      ]);
    },
  });
  const harness = await planned('[runners.kubernetes.pod_labels]\nteam = "ours"', [neighbour]);
  expect(harness.plan().refused?.message).toMatch(
    /acme-team.*plugin-metadata|plugin-metadata.*acme-team/s,
  );
});

it('only variables of the job’s payload are replaced', () => {
  const rows = bindings.flatMap((binding) => binding.rows);
  expect(rows.map(({ expand }) => expand?.scope)).toEqual(['payload', 'payload']);
});

it('own settings without a peer send values as they are', async () => {
  const harness = await createPluginHarness(plugin, {
    toml: `[runners.millrace.metadata.labels]
      "runner.gitlab.com" = "a"
    [runners.millrace.metadata]
      protectedDomains = ["acme.example"]
    [runners.millrace.metadata.annotations]
      note = "b"`,
  });
  expect(labels(harness)).toEqual({ 'runner.gitlab.com': 'a' });
  expect(annotations(harness)).toEqual({ note: 'b' });
});

it('a label of a protected domain is told where no peer keeps it silent', async () => {
  const harness = await createPluginHarness(plugin, {
    toml: `[runners.millrace.metadata]
      protectedDomains = ["acme.example"]
    [runners.millrace.metadata.labels]
      "ci.acme.example/team" = "b"`,
  });
  expect(harness.plan().log.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
    "warn: label ci.acme.example/team is left out: labels of acme.example are the runner's own",
  ]);
});
