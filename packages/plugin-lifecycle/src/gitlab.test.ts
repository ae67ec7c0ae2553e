import type { JsonObject } from '@millrace/core';
import { createPluginHarness, type PluginHarness } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const harness = (toml: string): Promise<PluginHarness> =>
  createPluginHarness(plugin, {
    toml: `[runners.kubernetes]\n${toml}`,
    bindings,
    job: { labels: [{ key: 'job.runner.gitlab.com/pod', value: 'runner-1' }] },
    containers: [
      { name: 'init-permissions', role: 'init', init: true },
      { name: 'init-build-uid-gid-collector', role: 'build', init: true },
      { name: 'build', role: 'build' },
      { name: 'helper', role: 'helper' },
      { name: 'db', role: 'service' },
      { name: 'mesh', role: 'sidecar' },
    ],
  });

/** `lifecycle` by container, where there is one. */
function hooksOf({ pod }: PluginHarness): Readonly<Record<string, unknown>> {
  const spec = pod()['spec'] as Readonly<Record<string, readonly JsonObject[]>>;
  const containers = [...(spec['initContainers'] ?? []), ...(spec['containers'] ?? [])];
  return Object.fromEntries(
    containers.flatMap(({ name, lifecycle }) =>
      lifecycle === undefined ? [] : [[name as string, lifecycle]],
    ),
  );
}

it('hooks are those of build, helper and services, not of init containers (gitlab/149)', async () => {
  const given = await harness(
    `[runners.kubernetes.container_lifecycle.post_start.exec]\ncommand = ["touch", "/a"]
     [runners.kubernetes.container_lifecycle.pre_stop.exec]\ncommand = ["sh", "-c", "sync"]`,
  );
  const hooks = {
    postStart: { exec: { command: ['touch', '/a'] } },
    preStop: { exec: { command: ['sh', '-c', 'sync'] } },
  };
  expect(hooksOf(given)).toEqual({ build: hooks, helper: hooks, db: hooks });
});

it.each<[string, string, JsonObject]>([
  [
    'a request with headers',
    `[runners.kubernetes.container_lifecycle.pre_stop.http_get]
     host = "h"\nport = 8080\npath = "/stop"\nscheme = "HTTPS"
     [[runners.kubernetes.container_lifecycle.pre_stop.http_get.http_headers]]\nname = "A"\nvalue = "b"`,
    {
      httpGet: {
        port: 8080,
        host: 'h',
        path: '/stop',
        scheme: 'HTTPS',
        httpHeaders: [{ name: 'A', value: 'b' }],
      },
    },
  ],
  [
    'a connection',
    '[runners.kubernetes.container_lifecycle.pre_stop.tcp_socket]\nport = 5432',
    { tcpSocket: { port: 5432 } },
  ],
  [
    'a port that is not set',
    '[runners.kubernetes.container_lifecycle.pre_stop.http_get]\npath = "/"',
    { httpGet: { port: 0, path: '/' } },
  ],
  ['a command of no words', '[runners.kubernetes.container_lifecycle.pre_stop.exec]', { exec: {} }],
])('%s is sent as Kubernetes has it', async (_hook, toml, preStop) => {
  expect(hooksOf(await harness(toml))['build']).toEqual({ preStop });
});

it('two handlers of one hook are sent, with a warning that names the key', async () => {
  const given = await harness(
    `[runners.kubernetes.container_lifecycle.post_start.exec]\ncommand = ["true"]
     [runners.kubernetes.container_lifecycle.post_start.tcp_socket]\nport = 1`,
  );
  expect(hooksOf(given)['build']).toEqual({
    postStart: { exec: { command: ['true'] }, tcpSocket: { port: 1 } },
  });
  expect(given.plan().log).toMatchObject([
    {
      kind: 'warn',
      text: 'runners.kubernetes.container_lifecycle.post_start has exec and tcpSocket, and Kubernetes takes one: it will refuse the pod',
    },
  ]);
});

it('an unknown handler is warned about with its line', async () => {
  const { warnings } = await harness(
    '[runners.kubernetes.container_lifecycle.pre_stop]\nexek = { command = ["true"] }',
  );
  expect(warnings).toEqual([
    expect.stringMatching(/^warning: config\.toml:4:1: .*exek: unknown key/),
  ]);
});

it.each([0, 45])(
  'the grace period of a pod is sent as it stands, %d (gitlab/151)',
  async (seconds) => {
    const given = await harness(`pod_termination_grace_period_seconds = ${seconds}`);
    expect(given.pod()['spec']).toMatchObject({ terminationGracePeriodSeconds: seconds });
  },
);

it('the former key of the grace period wins in any case, with a warning', async () => {
  const given = await harness(
    'terminationgraceperiodseconds = 7\npod_termination_grace_period_seconds = 45',
  );
  expect(given.pod()['spec']).toMatchObject({ terminationGracePeriodSeconds: 7 });
  expect(given.explain('/spec/terminationGracePeriodSeconds')).toMatchObject([
    { source: 'runners.kubernetes.terminationgraceperiodseconds (config.toml:3)' },
  ]);
  expect(given.warnings).toEqual([
    expect.stringContaining('is deprecated (write pod_termination_grace_period_seconds)'),
  ]);
});

it('a disruption budget comes after its pod and goes with it (gitlab/155)', async () => {
  const given = await harness('pod_disruption_budget = true');
  expect(given.plan().objects).toMatchObject([
    {
      contribution: { when: 'after', owner: { unit: 'job' }, scope: { unit: 'job' } },
      type: { group: 'policy', plural: 'poddisruptionbudgets' },
      object: {
        manifest: {
          apiVersion: 'policy/v1',
          kind: 'PodDisruptionBudget',
          metadata: { name: 'job-1-pdb' },
          spec: {
            minAvailable: 1,
            selector: { matchLabels: { 'job.runner.gitlab.com/pod': 'runner-1' } },
          },
        },
      },
    },
  ]);
});

it('nothing is sent when nothing is set', async () => {
  const given = await harness('');
  expect(hooksOf(given)).toEqual({});
  expect(given.pod()['spec']).not.toHaveProperty('terminationGracePeriodSeconds');
  expect(given.plan().objects).toEqual([]);
});

it('without a peer, rules name containers, init containers too, and the budget its pod', async () => {
  const given = await createPluginHarness(plugin, {
    toml: `[runners.millrace.lifecycle.disruptionBudget]\nenabled = true
      [runners.millrace.lifecycle.rules.mesh]\ncontainers = ["mesh"]
      postStart.httpGet = { port = "ready" }`,
    containers: [
      { name: 'mesh', role: 'sidecar', init: true },
      { name: 'build', role: 'build' },
    ],
  });
  expect(hooksOf(given)).toEqual({ mesh: { postStart: { httpGet: { port: 'ready' } } } });
  expect(given.plan().objects[0]?.object.manifest['spec']).toMatchObject({
    selector: { matchLabels: { 'millrace.dev/job': 'job-1', 'millrace.dev/unit': 'job' } },
  });
});
