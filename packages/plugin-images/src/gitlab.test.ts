import { createPluginHarness, type HarnessOptions, type PluginHarness } from '@millrace/testkit';
import type { ImageRequest, JsonObject, NodePlatform } from '@millrace/core';
import { expect, it } from 'vitest';
import { bindings as shipped } from './gitlab.ts';
import { plugin } from './index.ts';
import { place } from './place.test.data.ts';

/** The machine that runs the tests may have a Docker configuration of its own. */
const bindings = shipped.map((binding) => ({
  ...binding,
  constants: { ...binding.constants, 'credentials.files': [] },
}));

interface Scene extends Omit<HarnessOptions, 'toml'> {
  readonly nodes?: Partial<NodePlatform>;
  readonly image?: ImageRequest;
  readonly service?: ImageRequest;
}

function planned(
  toml: string,
  { nodes, image, service, ...rest }: Scene = {},
): Promise<PluginHarness> {
  return createPluginHarness(plugin, {
    toml: `[runners.kubernetes]\n${toml}`,
    bindings,
    beside: place(nodes),
    containers: [
      { name: 'build', role: 'build', ...(image === undefined ? {} : { image }) },
      { name: 'helper', role: 'helper' },
      ...(service === undefined
        ? []
        : [{ name: 'db', role: 'service' as const, image: service, rank: 2 }]),
    ],
    ...rest,
  });
}

const containers = (harness: PluginHarness): readonly JsonObject[] =>
  (harness.pod()['spec'] as JsonObject)['containers'] as readonly JsonObject[];
const log = (harness: PluginHarness): readonly string[] =>
  harness.plan().log.map(({ text }) => text);
const build = { name: 'registry.example.com/team/build:1.2' };

it('a job without an image runs in the default, and the log says so', async () => {
  const harness = await planned('image = "alpine:$TAG"', {
    variables: [{ key: 'TAG', value: '3.20' }],
  });
  expect(containers(harness)[0]).toMatchObject({ name: 'build', image: 'alpine:3.20' });
  expect(log(harness).slice(0, 2)).toEqual([
    'Using default image',
    'Using Kubernetes executor with image alpine:3.20 ...',
  ]);
  expect(harness.explain('/spec/containers/0/image')[0]?.source).toBe(
    'runners.kubernetes.image (config.toml:3)',
  );
});

it('variables are replaced in the image of a job and in that of the helper', async () => {
  const harness = await planned('helper_image = "registry.example.com/helper:$HELPER_TAG"', {
    image: { name: '$REG/app/tool:$TAG' },
    variables: [
      { key: 'REG', value: 'reg.example.org' },
      { key: 'TAG', value: '7.1' },
      { key: 'HELPER_TAG', value: 'h-9' },
    ],
  });
  expect(containers(harness).map(({ image }) => image)).toEqual([
    'reg.example.org/app/tool:7.1',
    'registry.example.com/helper:h-9',
  ]);
});

it('a job without an image and without a default is refused', async () => {
  const { refused } = (await planned('')).plan();
  expect(refused).toMatchObject({
    reason: 'configuration_error',
    message: 'check defaults error: no image specified and no default set in config',
  });
});

it('ports of an image become ports of its container', async () => {
  const harness = await planned('', { image: { ...build, ports: [{ number: 8080 }] } });
  expect(containers(harness)[0]?.['ports']).toEqual([{ containerPort: 8080 }]);
});

it.each([
  ['amd64 when nothing else is said', '', {}, 'x86_64-v19.4.0'],
  ['a flavor comes first', 'helper_image_flavor = "alpine3.21"', {}, 'alpine3.21-x86_64-v19.4.0'],
  ['the flavor alpine adds nothing', 'helper_image_flavor = "alpine"', {}, 'x86_64-v19.4.0'],
  ['the node selector chooses the architecture', '', { architecture: 'arm' }, 'arm-v19.4.0'],
])('helper image: %s', async (_behaviour, toml, nodes, tag) => {
  const harness = await planned(toml, { image: build, nodes });
  expect(containers(harness)[1]?.['image']).toBe(
    `registry.gitlab.com/gitlab-org/gitlab-runner/gitlab-runner-helper:${tag}`,
  );
});

it.each([
  ['plan9', 'prepare helper image: unsupported OSType "plan9"'],
  [
    'windows',
    'there is no helper image for nodes with windows, which container "helper" needs; choose nodes with linux',
  ],
])('nodes with %s have no helper image', async (os, message) => {
  const { refused } = (await planned('', { image: build, nodes: { os } })).plan();
  expect(refused).toMatchObject({ reason: 'configuration_error', message });
});

it('the helper follows the pull policies of the job’s image, a service its own', async () => {
  const harness = await planned(
    'pull_policy = ["always"]\nallowed_pull_policies = ["always", "if-not-present"]',
    {
      image: { ...build, pullPolicies: ['if-not-present'] },
      service: { name: 'redis:7', pullPolicies: ['never', 'always'] },
    },
  );
  expect(containers(harness).map(({ imagePullPolicy }) => imagePullPolicy)).toEqual([
    'IfNotPresent',
    'IfNotPresent',
    'Always',
  ]);
  expect(log(harness).slice(1)).toEqual([
    'Using effective pull policy of [IfNotPresent] for container build',
    'Using effective pull policy of [IfNotPresent] for container helper',
    'Using effective pull policy of [Always] for container db',
  ]);
});

it('without a policy the cluster decides', async () => {
  const harness = await planned('', { image: build });
  expect(containers(harness)[0]).not.toHaveProperty('imagePullPolicy');
  expect(log(harness)).toContain('Using effective pull policy of [] for container build');
});

it.each([
  [
    'a policy of the job that is not allowed',
    'pull_policy = ["always"]',
    ['never'],
    'invalid pull policy for container "build": pull_policy ([Never]) defined in GitLab pipeline config is not one of the allowed_pull_policies ([Always])',
  ],
  [
    'a policy of the job where the runner has none',
    '',
    ['always'],
    'invalid pull policy for container "build": pull_policy ([Always]) defined in GitLab pipeline config is not one of the allowed_pull_policies ([])',
  ],
  [
    'no policy where some are demanded',
    'allowed_pull_policies = ["always", "never"]',
    undefined,
    'invalid pull policy for container "build": pull_policy ([]) defined in Runner config (default) is not one of the allowed_pull_policies ([Always Never])',
  ],
  [
    'an unknown policy of the runner',
    'pull_policy = "sometimes"',
    undefined,
    'getting allowed pull policies: pull_policy config: unsupported pull policy: "sometimes"',
  ],
  [
    'an unknown allowed policy',
    'allowed_pull_policies = ["Always"]',
    undefined,
    'getting allowed pull policies: allowed_pull_policies config: unsupported pull policy: "Always"',
  ],
  [
    'an unknown policy of the job',
    'pull_policy = "always"',
    ['weekly'],
    'converting pull policy for container "build": conversion to Kubernetes policy: unsupported pull policy: "weekly"',
  ],
])('%s is refused', async (_behaviour, toml, pullPolicies, message) => {
  const image = pullPolicies === undefined ? build : { ...build, pullPolicies };
  expect((await planned(toml, { image })).plan().refused).toMatchObject({
    reason: 'configuration_error',
    message,
  });
});

it('an image that is on no list is refused, and the log shows the list', async () => {
  const harness = await planned('allowed_services = ["postgres:*"]', {
    image: build,
    service: { name: 'redis:7' },
  });
  const { refused } = harness.plan();
  expect(refused?.message).toContain(
    'prepare environment: setting up build pod: disallowed image.',
  );
  expect(log(harness).at(-1)?.split('\n')).toEqual([
    '',
    'ERROR: The "redis:7" image is not present on list of allowed services:',
    '- postgres:*',
    '',
    "Please check runner's allowed_images configuration: https://docs.gitlab.com/runner/configuration/advanced-configuration/",
  ]);
});

it.each([
  ['a pattern that crosses slashes', 'allowed_images = ["registry.example.com/**"]', true],
  ['a pattern that does not', 'allowed_images = ["registry.example.com/*"]', false],
  [
    'the default image, which may always run',
    `image = "${build.name}"\nallowed_images = ["ruby:*"]`,
    true,
  ],
])('the job’s image and %s', async (_behaviour, toml, allowed) => {
  const { refused } = (await planned(toml, { image: build })).plan();
  expect(refused === null).toBe(allowed);
});

it('an image name that no node could pull is refused before anything is created', async () => {
  const { refused } = (await planned('image = "Alpine:3"', {})).plan();
  expect(refused).toMatchObject({
    code: 'images.bad-name',
    reason: 'image_name_invalid',
    position: { line: 3 },
  });
  expect(refused?.message).toContain('correct it in runners.kubernetes.image');
});

it('configured pull secrets come first, then the job’s own', async () => {
  const auths = { 'registry.example.com': { auth: 'dTE6cDE=' } };
  const harness = await planned('image_pull_secrets = ["b", "a", "$CI_PROJECT_ID"]', {
    image: build,
    variables: [{ key: 'DOCKER_AUTH_CONFIG', value: JSON.stringify({ auths }) }],
  });
  const { objects } = harness.plan();
  expect((harness.pod()['spec'] as JsonObject)['imagePullSecrets']).toEqual([
    { name: 'b' },
    { name: 'a' },
    { name: '$CI_PROJECT_ID' },
    { name: 'job-1' },
  ]);
  const [secret] = objects;
  expect(secret?.object.secrets).toEqual(['/data/.dockercfg']);
  expect(secret?.object.manifest).toMatchObject({
    kind: 'Secret',
    type: 'kubernetes.io/dockercfg',
    metadata: { name: 'job-1', namespace: 'ns' },
    data: {
      '.dockercfg': Buffer.from(
        '{"registry.example.com":{"username":"u1","password":"p1","serveraddress":"registry.example.com"}}',
      ).toString('base64'),
    },
  });
});

it('pods refer to no secret when the service account brings its own; the job’s is made all the same', async () => {
  const harness = await planned(
    'image_pull_secrets = ["a"]\nuse_service_account_image_pull_secrets = true',
    {
      image: build,
      variables: [{ key: 'DOCKER_AUTH_CONFIG', value: '{"auths":{"r":{"auth":"dTpw"}}}' }],
    },
  );
  expect(harness.pod()['spec']).not.toHaveProperty('imagePullSecrets');
  expect(harness.plan().objects).toHaveLength(1);
});

it('a broken source of credentials is named', async () => {
  const harness = await planned('', {
    image: build,
    variables: [{ key: 'DOCKER_AUTH_CONFIG', value: 'nonsense' }],
  });
  expect(log(harness)).toContain(
    "Failed to resolve credentials from $DOCKER_AUTH_CONFIG: invalid character 'o' in literal null (expecting 'u'). Credentials from this source will not be used.",
  );
});

it.each([
  ['is looked for as often as configured', '2', 3],
  ['is looked for six times when the number is negative', '-1', 6],
])('a pull secret %s', async (_behaviour, number, attempts) => {
  const toml = `image_pull_secrets = ["a"]\nresource_availability_check_max_attempts = ${number}`;
  const { preconditions } = (await planned(toml, { image: build })).plan();
  expect(preconditions).toMatchObject([{ name: 'a', namespace: 'ns', attempts, interval: 5000 }]);
  expect(preconditions[0]?.refusal.text).toContain(
    'Timed out while waiting for ImagePullSecret/a to be present in the cluster',
  );
});

it('a table of our own says the same as the peer’s keys', async () => {
  const harness = await createPluginHarness(plugin, {
    toml: '[runners.millrace.images.rules.all]\nimage = "busybox"\npullPolicies = ["Never"]',
    beside: place(),
  });
  expect(containers(harness)).toMatchObject([
    { name: 'build', image: 'busybox', imagePullPolicy: 'Never' },
    { name: 'helper', image: 'busybox', imagePullPolicy: 'Never' },
  ]);
});

it('a rule for a container is closer than one for its role', async () => {
  const harness = await planned(
    '[runners.millrace.images.rules.own]\ncontainers = ["helper"]\nhelperImage = false\nimage = "own:1"',
    { image: build },
  );
  expect(containers(harness)[1]?.['image']).toBe('own:1');
});

it('a container of another plugin needs an image of its own', async () => {
  const harness = await planned('', {
    containers: [
      { name: 'build', role: 'build', image: build },
      { name: 'proxy', role: 'sidecar' },
    ],
  });
  expect(harness.plan().refused).toMatchObject({ code: 'images.missing-beside' });
});

it('two rules that are equally close and differ refuse the job, and both are named', async () => {
  const toml = ['a', 'b']
    .map(
      (name) =>
        `[runners.millrace.images.rules.${name}]\ncontainers = ["build"]\nimage = "${name}"`,
    )
    .join('\n');
  const { refused } = (await planned(toml)).plan();
  expect(refused?.code).toBe('MILLRACE_E_IMAGES_RULES');
  expect(refused?.message).toContain('rules.a.image and rules.b.image');
});
