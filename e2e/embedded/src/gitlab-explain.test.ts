import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runGitlab, temporaryFolder, type Folder } from '@millrace/e2e-suites/gitlab-program';

let folder: Folder;
beforeEach(async () => {
  folder = await temporaryFolder();
  await folder.write({ 'job.json': JSON.stringify(payload), 'zone.mjs': zonePlugin });
});
afterEach(() => folder.remove());

const payload = {
  id: 7,
  token: 'job-token',
  job_info: { id: 7, name: 'unit tests', stage: 'test', project_id: 3, project_name: 'demo' },
  git_info: {
    repo_url: 'https://gitlab.example.com/acme/demo.git',
    ref: 'main',
    sha: 'a'.repeat(40),
    before_sha: '0'.repeat(40),
    ref_type: 'branch',
    refspecs: [],
    depth: 20,
  },
  runner_info: { timeout: 3600 },
  variables: [
    {
      key: 'CI_PROJECT_PATH',
      value: 'acme/demo',
      public: true,
      masked: false,
      file: false,
      raw: false,
    },
  ],
  steps: [
    { name: 'script', script: ['true'], timeout: 3600, when: 'on_success', allow_failure: false },
  ],
  image: { name: 'alpine:3.21' },
  services: [],
  artifacts: [],
  cache: [],
  credentials: [],
  dependencies: [],
  features: {},
};

const zonePlugin = `
export const plugin = {
  $$type: '@millrace/plugin', name: 'acme-zone', apiVersion: '1', configKey: 'zone',
  configSchema: { '~standard': { version: 1, vendor: 'acme', validate: (value) => ({ value: { name: 'north', ...value } }) } },
  setup({ tap, settings }) {
    tap('contributePod', { needs: { settings } }, (unit, job, { settings }) => [
      { kind: 'field', path: '/metadata/labels/zone', op: 'set', value: settings.value.name, source: settings.source(['name']) },
      { kind: 'field', path: '/spec/tolerations', op: 'append', value: { key: 'zone', operator: 'Exists' }, source: { plugin: 'acme-zone' } },
    ]);
  },
};`;
const config = (text: string): string =>
  `[[runners]]\nname = "r"\nurl = "https://gitlab.example.com"\ntoken = "glrt-0123456789abcdefghij"\nexecutor = "kubernetes"\n${text}`;
const explain = (...args: readonly string[]) =>
  runGitlab(['explain', '--config', 'config.toml', '--job', 'job.json', ...args], folder.path);

interface Explained {
  readonly objects: readonly {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: { readonly tolerations?: readonly { readonly key: string }[] };
  }[];
  readonly provenance: Readonly<
    Record<
      string,
      Readonly<Record<string, readonly { readonly plugin: string; readonly source: string }[]>>
    >
  >;
  readonly refused: { readonly reason: string; readonly message: string } | null;
}

describe('explain', () => {
  it('names a plugin that was loaded by path for each field it set', async () => {
    await folder.write({
      'config.toml': config(
        '[runners.kubernetes]\n[runners.kubernetes.node_tolerations]\n"gpu" = "NoSchedule"\n[runners.millrace]\nplugins = ["./zone.mjs"]\n[runners.millrace.zone]\nname = "south"\n',
      ),
    });
    const { exitCode, stdout, stderr } = await explain('--format', 'json');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const { objects, provenance } = JSON.parse(stdout) as Explained;
    expect(objects[0]?.metadata.labels['zone']).toBe('south');
    const index = objects[0]?.spec.tolerations?.findIndex(({ key }) => key === 'zone') ?? -1;
    expect(provenance['0']?.['/metadata/labels/zone']).toEqual([
      expect.objectContaining({
        plugin: 'acme-zone',
        source: 'runners.millrace.zone.name (config.toml:12)',
      }),
    ]);
    expect(
      provenance['0']?.[`/spec/tolerations/${index}`]?.[0] ??
        provenance['0']?.[`/spec/tolerations/${index}/key`]?.[0],
    ).toMatchObject({ plugin: 'acme-zone' });
  });

  it('prints a table for people', async () => {
    await folder.write({ 'config.toml': config('[runners.kubernetes]\nnamespace = "ci"\n') });
    const { exitCode, stdout } = await explain();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('config.toml:7');
    expect(stdout).toContain('alpine:3.21');
  });

  it('refuses a job when two plugins set one field to different values, and names both', async () => {
    await folder.write({
      'config.toml': config(
        '[runners.kubernetes]\n[runners.millrace]\nplugins = ["./zone.mjs", "./other.mjs"]\n',
      ),
      'other.mjs': zonePlugin
        .replaceAll('acme-zone', 'corp-zone')
        .replace("configKey: 'zone'", "configKey: 'corp'")
        .replace("'north'", "'east'"),
    });
    const { exitCode, stdout } = await explain('--format', 'json');
    expect(exitCode).toBe(1);
    const { refused, objects } = JSON.parse(stdout) as Explained;
    expect(refused?.message).toContain('acme-zone');
    expect(refused?.message).toContain('corp-zone');
    expect(objects).toEqual([]);
  });
});

describe('wrong input', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['TOML syntax', { 'config.toml': '[[runners]\n' }, ['config.toml:1']],
    [
      'a wrong type',
      { 'config.toml': config('[runners.kubernetes]\nprivileged = "yes"\n') },
      ['config.toml:7', 'privileged', 'true or false'],
    ],
    [
      'an unknown key of a plugin',
      {
        'config.toml': config(
          '[runners.kubernetes]\n[runners.millrace.scheduling]\nnodeSelectr = {}\n',
        ),
      },
      ['config.toml:8', 'nodeSelectr'],
    ],
    [
      'an unknown table of ours',
      { 'config.toml': config('[runners.kubernetes]\n[runners.millrace.schedulin]\n') },
      ['config.toml:7', 'did you mean "scheduling"?'],
    ],
    [
      'a plugin that is missing',
      { 'config.toml': config('[runners.millrace]\nplugins = ["./no.mjs"]\n') },
      ['config.toml:7', './no.mjs is not there'],
    ],
    [
      'a plugin of another API version',
      {
        'config.toml': config('[runners.millrace]\nplugins = ["./zone.mjs"]\n'),
        'zone.mjs': zonePlugin.replace("apiVersion: '1'", "apiVersion: '2'"),
      },
      ['is made for plugin API 2, this is 1'],
    ],
    [
      'a plugin that throws',
      {
        'config.toml': config('[runners.millrace]\nplugins = ["./zone.mjs"]\n'),
        'zone.mjs': 'throw new Error("bad start");',
      },
      ['bad start', 'zone.mjs'],
    ],
    [
      'a job that is not JSON',
      { 'config.toml': config('[runners.kubernetes]\n'), 'job.json': '{' },
      ['job.json'],
    ],
    ['a config that is not there', {}, ['config.toml', '--config']],
  ])('%s is told with its place and the way out', async (_what, files, expected) => {
    await folder.write(files);
    const { exitCode, stdout, stderr } = await explain();
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    for (const part of expected) expect(stderr).toContain(part);
  });

  it('an unknown key of the peer is a warning with a suggestion', async () => {
    await folder.write({ 'config.toml': config('[runners.kubernetes]\nnamespce = "ci"\n') });
    const { exitCode, stderr } = await explain();
    expect(exitCode).toBe(0);
    expect(stderr).toContain('config.toml:7');
    expect(stderr).toContain('did you mean "namespace"?');
  });

  it.each<[string, string, readonly string[], readonly string[]]>([
    ['YAML syntax', 'job:\n  script: [\n', ['exec', 'job'], ['.gitlab-ci.yml:']],
    [
      'an unknown key in the pipeline file',
      'job:\n  scrpt: [true]\n',
      ['exec', 'job'],
      ['.gitlab-ci.yml:2', 'scrpt', 'did you mean "script"?'],
    ],
    ['a job that is not there', 'job:\n  script: ["true"]\n', ['exec', 'jub'], ['jub', 'job']],
    [
      'an unreachable API server',
      'job:\n  script: ["true"]\n',
      ['exec', 'job', '--kubeconfig', 'kubeconfig'],
      ['127.0.0.1:9'],
    ],
    [
      'a kubeconfig that is not there',
      'job:\n  script: ["true"]\n',
      ['exec', 'job', '--kubeconfig', 'nowhere'],
      ['nowhere'],
    ],
    [
      'an invalid image name',
      'job:\n  image: "UPPER/case:1:2"\n  script: ["true"]\n',
      ['exec', 'job'],
      ['UPPER/case:1:2'],
    ],
    [
      'an image that may not be pulled',
      'job:\n  image: alpine\n  script: ["true"]\n',
      ['exec', 'job', '--config', 'never.toml'],
      ['alpine', 'not present', 'pull policy'],
    ],
  ])('%s is told with its place and the way out', async (_what, pipeline, args, expected) => {
    await folder.write({
      '.gitlab-ci.yml': pipeline,
      kubeconfig: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:9' } }],
        users: [{ name: 'u', user: { token: 't' } }],
      }),
      'never.toml': config('[runners.kubernetes]\npull_policy = "never"\n'),
    });
    const { exitCode, stdout, stderr } = await runGitlab(args, folder.path);
    expect(exitCode).toBe(1);
    for (const part of expected) expect(stdout + stderr).toContain(part);
  });
});
