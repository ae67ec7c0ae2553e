import { NamespaceToken, type Job, type JsonObject, type ServiceRequest } from '@millrace/core';
import {
  createPluginHarness,
  offering,
  type HarnessOptions,
  type PluginHarness,
} from '@millrace/testkit';
import { expect, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const beside = [offering(NamespaceToken, 'ci')];

interface Scene extends Omit<HarnessOptions, 'job'> {
  readonly services?: readonly (Partial<ServiceRequest> & Pick<ServiceRequest, 'image'>)[];
  readonly job?: Partial<Job>;
}

function planned({ services = [], job = {}, ...rest }: Scene): Promise<PluginHarness> {
  const asked = services.map((service): ServiceRequest => ({
    aliases: [],
    variables: [],
    origin: 'job',
    ...service,
  }));
  return createPluginHarness(plugin, {
    bindings,
    beside,
    job: { services: asked, ...job },
    ...rest,
  });
}

const spec = (harness: PluginHarness): JsonObject => harness.pod()['spec'] as JsonObject;
const containers = (harness: PluginHarness): readonly JsonObject[] =>
  spec(harness)['containers'] as readonly JsonObject[];
const redis = { image: { name: 'redis:7' }, aliases: ['cache'] };

it('services of the runner come before those of the job', async () => {
  const harness = await planned({
    toml: `
[[runners.kubernetes.services]]
name = "$REGISTRY/mq:1"
alias = "$NAME other"
entrypoint = ["/ep"]
command = ["-v"]
environment = ["A=b=c", "dropped"]
[[runners.kubernetes.services]]
name = ""`,
    variables: [
      { key: 'REGISTRY', value: 'registry.example.com/team' },
      { key: 'NAME', value: 'mq' },
    ],
    services: [{ image: { name: 'postgres:16' } }, redis],
  });
  expect(containers(harness).slice(2)).toEqual([
    { name: 'cache' },
    { name: 'mq', command: ['/ep'], args: ['-v'] },
    { name: 'svc-0' },
  ]);
  expect(spec(harness)['hostAliases']).toEqual([
    {
      ip: '127.0.0.1',
      hostnames: ['redis', 'cache', 'registry.example.com-team-mq', 'mq', 'other', 'postgres'],
    },
  ]);
  expect(harness.explain('/spec/containers/3/command')[0]?.source).toBe(
    'runners.kubernetes.services (config.toml:3)',
  );
  expect(harness.plan().units[0]?.unit.containers.find(({ name }) => name === 'mq')).toMatchObject({
    role: 'service',
    image: { name: '$REGISTRY/mq:1' },
    variables: [{ key: 'A', value: 'b=c', internal: true }],
  });
});

it('a job without services has no containers and no host names for them', async () => {
  const harness = await planned({});
  expect(containers(harness).map(({ name }) => name)).toEqual(['build', 'helper']);
  expect(spec(harness)).not.toHaveProperty('hostAliases');
});

it('an alias that cannot be a host name refuses the job', async () => {
  const harness = await planned({
    services: [{ image: { name: 'postgres:16' }, aliases: ['DB'] }],
  });
  expect(harness.plan().refused?.message).toBe(
    'prepare environment: setting up build pod: provided host alias DB for service postgres:16 is invalid DNS. ' +
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', " +
      String.raw`regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'). ` +
      'Check https://docs.gitlab.com/runner/shells/#shell-profile-loading for more information',
  );
});

it('a server of unknown version gives services no host names', async () => {
  const harness = await planned({
    services: [redis],
    facts: { version: { major: '1', minor: 'x', gitVersion: '' } },
  });
  expect(spec(harness)).not.toHaveProperty('hostAliases');
  expect(harness.plan().log).toEqual([
    {
      kind: 'warn',
      code: 'services.host-aliases-unknown',
      text: 'Checking for host alias support. Host aliases will be disabled. parsing Kubernetes version 1.x - Malformed version: 1.',
    },
  ]);
});

it('what is asked for and not done is said', async () => {
  const variable = {
    key: 'HEALTHCHECK_TCP_PORT',
    value: '6379',
    public: true,
    file: false,
    masked: false,
    raw: false,
    internal: false,
  };
  const harness = await planned({
    services: [
      { ...redis, variables: [variable] },
      { image: { name: 'a:1' }, aliases: ['svc-0'] },
      { image: { name: 'b:1', command: ['x'] } },
    ],
    variables: [{ key: 'FF_KUBERNETES_HONOR_ENTRYPOINT', value: 'true' }],
  });
  expect(harness.plan().log.map(({ code }) => code)).toEqual([
    'services.health-check',
    'services.plain-start',
    'services.lost',
  ]);
  expect(containers(harness).at(-1)).toEqual({ name: 'svc-0' });
});

it('declared ports are reached through services of the cluster, one for each alias', async () => {
  const harness = await planned({
    containers: [
      { name: 'build', role: 'build', image: { name: 'a', ports: [{ number: 8080 }] } },
      { name: 'helper', role: 'helper' },
    ],
    services: [
      {
        image: { name: 'nginx', ports: [{ number: 80 }, { number: 443 }] },
        aliases: ['web', 'www'],
      },
      { image: { name: 'x', ports: [{ number: 1 }] } },
    ],
    job: { labels: [{ key: 'job.runner.gitlab.com/pod', value: 'runner-1' }] },
  });
  const { objects } = harness.plan();
  expect(objects.map(({ object }) => object.manifest)).toMatchObject([
    {
      metadata: { name: expect.stringMatching(/^build-[a-z0-9]{8}$/u) as string },
      spec: { ports: [{ name: 'build-8080', port: 8080, targetPort: 8080 }] },
    },
    { metadata: { name: expect.stringMatching(/^proxy-svc-0-[a-z0-9]{8}$/u) as string } },
    { spec: { ports: [{ name: 'web-80' }, { name: 'web-443' }] } },
    { spec: { type: 'ClusterIP', selector: { 'job.runner.gitlab.com/pod': 'runner-1' } } },
  ]);
  expect(objects[0]?.contribution).toMatchObject({
    when: 'after',
    owner: { unit: 'job' },
    deleteAt: 'scope-end',
  });
  expect(spec(harness)).not.toHaveProperty('hostAliases');
});

it('without a label of the peer, ports find their pod by millrace’s own', async () => {
  const harness = await createPluginHarness(plugin, {
    beside,
    containers: [{ name: 'step', role: 'step', image: { name: 'a', ports: [{ number: 1 }] } }],
  });
  expect(harness.plan().objects[0]?.object.manifest).toMatchObject({
    metadata: { name: expect.stringMatching(/^proxy-step-/u) as string },
    spec: { selector: { 'millrace.dev/job': 'job-1', 'millrace.dev/unit': 'job' } },
  });
});

it('unknown members of a service are named', async () => {
  const harness = await planned({
    toml: '[[runners.kubernetes.services]]\nname = "a"\ncomand = ["x"]',
  });
  expect(harness.warnings.join('\n')).toContain('comand');
});
