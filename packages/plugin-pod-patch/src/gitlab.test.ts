import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin, type JsonObject, type Plan } from '@millrace/core';
import { createPluginHarness, type PluginHarness } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const flag = 'FF_USE_ADVANCED_POD_SPEC_CONFIGURATION';

/** What other plugins make of the pod. */
const pod = definePlugin({
  name: '@test/pod',
  configKey: 'test_pod',
  configSchema: {
    '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
  },
  setup: ({ tap }) => {
    const source = { plugin: '@test/pod' };
    tap('contributePod', () => [
      { kind: 'field', path: '/spec/restartPolicy', op: 'set', value: 'Never', source },
      { kind: 'field', on: { name: ['build'] }, path: '/image', op: 'set', value: 'a:1', source },
      {
        kind: 'field',
        path: '/spec/volumes',
        op: 'append',
        value: { name: 'token', secret: { secretName: { $millrace: 'pod', of: 'job' } } },
        source,
      },
    ]);
  },
});

const patch = (name: string, type: string, text: string): string =>
  `[[runners.kubernetes.pod_spec]]\nname = "${name}"\npatch_type = "${type}"\npatch = '''\n${text}\n'''\n`;

const harness = (toml: string, value = 'true'): Promise<PluginHarness> =>
  createPluginHarness(plugin, {
    toml,
    bindings,
    beside: [pod],
    variables: [{ key: flag, value, internal: true }],
  });
const planOf = async (toml: string, value = 'true'): Promise<Plan> =>
  (await harness(toml, value)).plan();
const specOf = async (toml: string): Promise<JsonObject> =>
  (await harness(toml)).pod()['spec'] as JsonObject;
const texts = ({ log }: Plan): readonly string[] => log.map(({ kind, text }) => `${kind} ${text}`);

it('patches are applied in their order, each in its own way (gitlab/185)', async () => {
  const spec = await specOf(
    patch('first', 'json', '[{"op":"add","path":"/hostname","value":"one"}]') +
      patch('second', 'merge', 'hostname: two\nsubdomain: s') +
      patch('third', '', 'subdomain: t\ncontainers: [{name: build, tty: true}]'),
  );
  expect(spec).toMatchObject({
    hostname: 'two',
    subdomain: 't',
    containers: [{ name: 'build', image: 'a:1', tty: true }, { name: 'helper' }],
  });
});

it('each patch is named as the source of what it set', async () => {
  const { explain } = await harness(patch('p', 'merge', 'hostname: x'));
  expect(explain('/spec/hostname')).toEqual([
    {
      plugin: '@millrace/plugin-pod-patch',
      source: 'runners.kubernetes.pod_spec (config.toml:2)',
      value: 'x',
    },
  ]);
});

it('values that only the run knows survive a patch', async () => {
  expect(await specOf(patch('p', 'merge', 'hostname: x'))).toMatchObject({
    volumes: [{ secret: { secretName: { $millrace: 'pod', of: 'job' } } }],
  });
});

it('the warning is given whenever the flag is on (gitlab/171), also without patches', async () => {
  expect(texts(await planOf(''))).toEqual([
    expect.stringMatching(/^warn Advanced Pod Spec configuration enabled, .*issues\/29659 \.\.\.$/),
  ]);
});

it('without the flag nothing is patched, and the plan tells (gitlab/187)', async () => {
  const plan = await planOf(patch('p', 'nonsense', '{'), 'false');
  expect(plan.log).toEqual([]);
  expect(plan.refused).toBeNull();
  expect(plan.decisions).toMatchObject([
    { subject: 'pod patch p', allowed: false, reason: `${flag} is off` },
  ]);
});

it('fields that Kubernetes does not know are left out, with a warning', async () => {
  const plan = await planOf(patch('p', 'merge', 'hostNmae: x'));
  expect(plan.units[0]?.pod.manifest['spec']).not.toHaveProperty('hostNmae');
  expect(texts(plan)).toContain(
    'warn Patches of the pod set spec.hostNmae, which Kubernetes does not know: it is left out',
  );
});

it('a patch of the container that only GitLab Runner has changes nothing (gitlab/179)', async () => {
  const text =
    'initContainers:\n- {name: init-permissions, env: [{name: A, value: b}]}\n- {name: mine, image: m}';
  const plan = await planOf(patch('p', 'strategic', text));
  expect(plan.units[0]?.pod.manifest['spec']).toMatchObject({ initContainers: [{ name: 'mine' }] });
  expect(texts(plan)[1]).toMatch(/container init-permissions, which pods do not have here/);
});

it.each<[string, string, string]>([
  [
    'a patch and a file (gitlab/181)',
    '[[runners.kubernetes.pod_spec]]\nname = "p"\npatch = "a: b"\npatch_path = "p.yaml"\n',
    'ambiguous patch: both patch path and patch provided (p)',
  ],
  [
    'a file that is not there',
    '[[runners.kubernetes.pod_spec]]\nname = "p"\npatch_path = "/nowhere/p.yaml"\n',
    'loading patch file (p): open /nowhere/p.yaml: no such file or directory',
  ],
  [
    'a folder as file',
    '[[runners.kubernetes.pod_spec]]\nname = "p"\npatch_path = "/"\n',
    'loading patch file (p): read /: is a directory',
  ],
  [
    'no YAML (gitlab/183)',
    patch('broken', 'merge', '        {hostname: [\n      '),
    'converting patch to json (broken): yaml: line 2: did not find expected node content',
  ],
  ['an unknown type', patch('p', 'apply', 'a: b'), 'unsupported patch type apply'],
  [
    'a field that is not there',
    patch('p', 'json', '- {op: remove, path: /tolerations}'),
    "error in remove for path: '/tolerations': Unable to remove nonexistent key: tolerations: missing value",
  ],
  [
    'a test that fails',
    patch('p', 'json', '- {op: test, path: /restartPolicy, value: Always}'),
    'testing value /restartPolicy failed: test failed',
  ],
  [
    'a wrong structure',
    patch('p', 'merge', 'containers: {}'),
    'json: cannot unmarshal object into Go struct field PodSpec.containers of type []v1.Container',
  ],
  [
    'a list as spec',
    patch('p', 'merge', '[a]'),
    'json: cannot unmarshal array into Go value of type v1.PodSpec',
  ],
  ['a word as strategic patch', patch('p', 'strategic', 'word'), 'invalid JSON document'],
  [
    'an object as list of operations',
    patch('p', 'json', 'op: add'),
    'json: cannot unmarshal object into Go value of type jsonpatch.Patch',
  ],
])('%s refuses the job as a failure of the system', async (_case, toml, fault) => {
  const { refused, log } = await planOf(toml);
  expect(refused).toMatchObject({
    reason: 'internal',
    message: `prepare environment: setting up build pod: ${fault}. Check https://docs.gitlab.com/runner/shells/#shell-profile-loading for more information`,
    position: { file: 'config.toml', line: 2 },
  });
  expect(log).toHaveLength(1);
});

it('a patch file is read when the configuration is loaded', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-pod-patch-'));
  try {
    const file = join(folder, 'p.yaml');
    await writeFile(file, 'hostname: one\n');
    const loaded = await harness(
      `[[runners.kubernetes.pod_spec]]\npatch_path = ${JSON.stringify(file)}\n`,
    );
    await writeFile(file, 'hostname: two\n');
    expect(loaded.pod()['spec']).toMatchObject({ hostname: 'one' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('without a peer, patches of the plugin’s own table are applied unless disabled', async () => {
  const own = (more: string): Promise<PluginHarness> =>
    createPluginHarness(plugin, {
      toml: `[runners.millrace.pod_patch]\n${more}\n[[runners.millrace.pod_patch.patches]]\npatch = "hostname: x"\n`,
    });
  expect((await own('')).pod()['spec']).toMatchObject({ hostname: 'x' });
  expect((await own('enabled = false')).pod()['spec']).not.toHaveProperty('hostname');
});
