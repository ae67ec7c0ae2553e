import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtInPlugins } from '../composition.ts';
import { runnerFlags } from './runner-flags.ts';
import { parseSingle } from './single-arguments.ts';
import { singleConfig } from './single-config.ts';

const flags = runnerFlags(builtInPlugins('git').flatMap(({ bindings }) => bindings));

/** Parses a command line; what it prints is thrown away. */
function parse(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  let printed = '';
  const stream = { write: (text: string | Uint8Array) => ((printed += String(text)), true) };
  const parsed = () => parseSingle(args, flags, { env, stdout: stream, stderr: stream });
  return { parsed, printed: () => printed };
}

const needed = ['--url', 'https://git.example.com', '-t', 'glrt-x', '--executor=kubernetes'];

async function configured(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { given } = parse(args, env).parsed();
  const config = await singleConfig(
    { flags, given, environment: env },
    { signal: new AbortController().signal },
  );
  return config.runners[0];
}
const table = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  (await configured([...needed, ...args], env)).config.table.runner;

describe('a runner of flags', () => {
  it('has its address and token as they are given', async () => {
    const { config, poll } = await configured([...needed, '--output-limit', '7']);
    expect(config).toMatchObject({ url: 'https://git.example.com', token: 'glrt-x' });
    expect(poll.outputLimit).toBe(7);
  });

  it.each([
    ['a text', ['--kubernetes-namespace', 'ci'], { namespace: 'ci' }],
    ['a switch', ['--kubernetes-privileged'], { privileged: true }],
    ['a switch with a value', ['--kubernetes-privileged=false'], { privileged: false }],
    ['a number', ['--kubernetes-poll-timeout', '60'], { poll_timeout: 60 }],
    [
      'a list, a flag for each element',
      ['--kubernetes-allowed-images', 'a', '--kubernetes-allowed-images', 'b,c'],
      { allowed_images: ['a', 'b,c'] },
    ],
    [
      'a table, a flag for each member',
      ['--kubernetes-node-selector', 'disk:ssd', '--kubernetes-node-selector', 'a:b:c'],
      { node_selector: { disk: 'ssd', a: 'b:c' } },
    ],
    [
      'a list of tables, as JSON',
      ['--kubernetes-host_aliases', '[{"ip":"10.0.0.9","hostnames":["nexus"]}]'],
      { host_aliases: [{ ip: '10.0.0.9', hostnames: ['nexus'] }] },
    ],
    ['one dash', ['-kubernetes-namespace=ci'], { namespace: 'ci' }],
    [
      'what allows a variable of jobs',
      ['--kubernetes-namespace_overwrite_allowed', 'ci-.*'],
      { namespace_overwrite_allowed: 'ci-.*' },
    ],
    ['a key without support', ['--kubernetes-poll-interval', '3'], { poll_interval: '3' }],
  ])('takes %s', async (_form, args, expected) => {
    expect((await table(args))['kubernetes']).toEqual(expected);
  });

  it('takes keys of the runner itself', async () => {
    expect(
      await table([
        '--env',
        'A=1',
        '--env',
        'B=2',
        '--custom_build_dir-enabled=false',
        '--name',
        'x',
      ]),
    ).toMatchObject({
      environment: ['A=1', 'B=2'],
      custom_build_dir: { enabled: false },
      name: 'x',
    });
  });

  it('takes variables of the environment, over which a flag wins; an empty one is none', async () => {
    const env = {
      CI_SERVER_TOKEN: 'other',
      KUBERNETES_NAMESPACE: 'variable',
      KUBERNETES_NODE_TOLERATIONS: 'team=ci:NoSchedule',
      KUBERNETES_ALLOWED_IMAGES: 'a, b',
      KUBERNETES_IMAGE: '',
      KUBERNETES_BUILD_CONTAINER_SECURITY_CONTEXT_RUN_AS_USER: '1000',
    };
    expect(await table(['--kubernetes-namespace', 'flag'], env)).toMatchObject({
      token: 'glrt-x',
      kubernetes: {
        namespace: 'flag',
        node_tolerations: { 'team=ci': 'NoSchedule' },
        allowed_images: ['a, b'],
        build_container_security_context: { run_as_user: 1000 },
      },
    });
  });

  it.each([
    ['URL', []],
    ['Token', ['--url', 'https://x']],
    ['Executor', ['--url', 'https://x', '--token', 'y']],
  ])('is refused without its %s', async (what, args) => {
    await expect(configured(args)).rejects.toMatchObject({
      code: 'MILLRACE_E_CONFIG',
      message: `Missing ${what}`,
    });
  });

  it('is refused for another executor', async () => {
    await expect(configured([...needed, '--executor', 'docker'])).rejects.toThrow(
      'Executor "docker" is not known',
    );
  });

  it.each([
    [
      'a flag',
      ['--kubernetes-poll-timeout', 'soon'],
      {},
      '--kubernetes-poll-timeout: "soon" is not a whole number',
    ],
    [
      'a variable',
      [],
      { KUBERNETES_PRIVILEGED: 'yes' },
      'KUBERNETES_PRIVILEGED: "yes" is not true or false',
    ],
  ])(
    '%s with a value of another form is refused by its name',
    async (_what, args, env, message) => {
      await expect(table(args, env)).rejects.toThrow(message);
    },
  );

  it('a flag that nobody knows is refused with what may have been meant', () => {
    const { parsed, printed } = parse(['--kubernetes-namespac', 'x']);
    expect(parsed).toThrow();
    expect(printed()).toContain('Did you mean --kubernetes-namespace?');
  });
});

describe('the command line of run-single', () => {
  it('has limits; 0 is none', () => {
    const limits = (...args: readonly string[]) => parse(args).parsed().limits;
    expect(limits('--max-builds', '3', '--wait-timeout', '60')).toEqual({
      mostJobs: 3,
      waitTimeout: 60_000,
    });
    expect(limits('--max-builds=0')).toEqual({ mostJobs: undefined, waitTimeout: undefined });
  });

  it('takes flags of the cache, and says that they do nothing', () => {
    expect(parse(['--cache-type', 's3', '--cache-shared', '-u', 'x']).parsed().unused).toEqual([
      'cache-type',
      'cache-shared',
    ]);
  });

  it('takes a runner of a configuration instead of all flags', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-single-'));
    const signal = new AbortController().signal;
    try {
      const file = join(folder, 'config.toml');
      const runner = (name: string): string =>
        `[[runners]]\nname = "${name}"\nurl = "https://${name}"\ntoken = "$T"\nexecutor = "kubernetes"\n`;
      await writeFile(file, `shutdown_timeout = 9\n${runner('a')}${runner('b')}`);
      const from = (name: string) =>
        singleConfig(
          { flags, given: new Map(), environment: { T: 'secret' }, named: { file, runner: name } },
          { signal },
        );
      const { global, runners } = await from('b');
      expect(runners).toHaveLength(1);
      expect(runners[0].config).toMatchObject({ url: 'https://b', token: 'secret' });
      expect(global.shutdownTimeout).toBe(9000);
      await expect(from('c')).rejects.toThrow(`${file} has no runner named "c"`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
