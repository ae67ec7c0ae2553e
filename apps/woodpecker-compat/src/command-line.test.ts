import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '@millrace/command-line';
import { run } from './command-line.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-command-'));
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({
      volume: 'v',
      secrets: [{ name: 'token', value: 's3cr3t-value' }],
      pipeline: [
        {
          steps: [
            {
              name: 'build',
              uuid: 'A',
              image: 'busybox',
              environment: { TOKEN: 's3cr3t-value', CI_NETRC_PASSWORD: 'netrc-secret' },
              secret_mapping: { TOKEN: 's3cr3t-value' },
              auth_config: { username: 'u', password: 'registry-secret' },
            },
          ],
        },
      ],
    }),
  );
  await writeFile(
    join(folder, 'agent.env'),
    '# of the agent\nWOODPECKER_BACKEND_K8S_NAMESPACE=from-file\n\nOTHER=a=b\n',
  );
  await writeFile(join(folder, 'broken.env'), 'no value\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function command(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = folder,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [text(stdout), text(stderr)];
  const host = {
    stdout,
    stderr,
    env,
    cwd: () => cwd,
    on: () => host,
    off: () => host,
  } as unknown as Host;
  const code = await run(args, host);
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
}

const explaining = (...more: readonly string[]): readonly string[] => [
  'explain',
  '--workflow',
  join(folder, 'config.json'),
  ...more,
];
const namespaceVariable = 'WOODPECKER_BACKEND_K8S_NAMESPACE';

it.each([
  ['--help', /--backend-k8s-namespace <value>/],
  ['--version', /presents itself as woodpecker-agent 3\./],
  ['plugins', /WOODPECKER_BACKEND_K8S_VOLUME_SIZE/],
])('%s answers on standard output', async (argument, answer) => {
  const { code, out, err } = await command([argument]);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(answer);
});

it('plugins --hooks prints who runs in which hook', async () => {
  const { out } = await command(['plugins', '--hooks']);
  expect(out).toMatch(/planUnits .*woodpecker-job \[pre\]/);
});

it.each<[string, readonly string[], NodeJS.ProcessEnv, string]>([
  ['the default', [], {}, 'woodpecker'],
  ['the environment', [], { [namespaceVariable]: 'from-env' }, 'from-env'],
  [
    'a flag, which wins',
    ['--backend-k8s-namespace', 'from-flag'],
    { [namespaceVariable]: 'from-env' },
    'from-flag',
  ],
])('the namespace comes from %s', async (_from, flags, env, namespace) => {
  const { code, out } = await command([...explaining(), ...flags], env);
  expect(code).toBe(0);
  expect(out).toContain(` in ${namespace}`);
});

it('an environment file replaces the own environment', async () => {
  const { out } = await command(explaining('--env-file', join(folder, 'agent.env')), {
    [namespaceVariable]: 'from-env',
  });
  expect(out).toContain(' in from-file');
});

describe('a file .env in the working directory', () => {
  const inFolder = async (text: string): Promise<string> => {
    const cwd = await mkdtemp(join(folder, 'cwd-'));
    await writeFile(join(cwd, '.env'), text);
    return cwd;
  };

  it('says what the environment does not', async () => {
    const cwd = await inFolder(`${namespaceVariable}=from-dotenv\nOTHER=1\n`);
    const env: NodeJS.ProcessEnv = { OTHER: '' };
    expect((await command(explaining(), env, cwd)).out).toContain(' in from-dotenv');
    expect(env).toEqual({ OTHER: '', [namespaceVariable]: 'from-dotenv' });
  });

  it('loses to the environment', async () => {
    const cwd = await inFolder(`${namespaceVariable}=from-dotenv`);
    const { out } = await command(explaining(), { [namespaceVariable]: 'from-env' }, cwd);
    expect(out).toContain(' in from-env');
  });

  it('that makes no sense is told with its line', async () => {
    const cwd = await inFolder('# mine\nno value\n');
    const { code, err } = await command(['plugins'], {}, cwd);
    expect(code).toBe(1);
    expect(err).toMatch(
      /\.env:2 cannot be read: it is no NAME=value.*MILLRACE_E_CONFIG_UNREADABLE/s,
    );
  });

  it('says nothing where an environment file is named', async () => {
    const cwd = await inFolder('no value\n');
    const args = explaining('--env-file', join(folder, 'agent.env'));
    const { code, out } = await command(args, {}, cwd);
    expect([code, out]).toEqual([0, expect.stringContaining(' in from-file')]);
  });

  it('that is no file is told', async () => {
    const cwd = await mkdtemp(join(folder, 'cwd-'));
    await mkdir(join(cwd, '.env'));
    const { code, err } = await command(['plugins'], {}, cwd);
    expect(code).toBe(1);
    expect(err).toMatch(/environment .*\.env cannot be read: EISDIR/);
  });
});

it('explain shows no secret unless it is asked to', async () => {
  const secrets = /s3cr3t-value|netrc-secret|registry-secret|cmVnaXN0cnktc2VjcmV0/;
  for (const format of ['table', 'json']) {
    const { out } = await command(explaining('--format', format));
    expect(out).not.toMatch(secrets);
  }
  expect((await command(explaining('--show-secrets', '--format', 'json'))).out).toMatch(secrets);
});

it.each([
  [['explain'], 2, /--workflow/],
  [['explian'], 2, /explain/],
  [['--server'], 2, /'--server <value>' argument missing/],
  [['--healthcheck', 'false'], 2, /unknown command 'false'/],
  [['--log-level', 'loud', 'ping'], 1, /WOODPECKER_LOG_LEVEL.*unknown logging level: loud/],
  [['explain', '--workflow', '/not/there'], 1, /workflow .*cannot be read.*hint/s],
  [['--backend-k8s-stop-timeout', '20s', 'plugins'], 1, /could not parse "20s" as int64/],
])('%j ends with %i and says why', async (args, code, message) => {
  const ended = await command(args);
  expect(ended.code).toBe(code);
  expect(ended.err).toMatch(message);
});

it('a line of an environment file that says nothing is named', async () => {
  const { code, err } = await command(explaining('--env-file', join(folder, 'broken.env')));
  expect(code).toBe(1);
  expect(err).toMatch(/broken\.env:1 cannot be read: it is no KEY=value/);
});
