import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { unlimited, until } from '../testing/test-connection.test.helpers.ts';
import { ca, clientCertificate, clientKey } from '../testing/tls.test.helpers.ts';
import type { ConnectionFacts, KubeconfigRequest } from './connection-facts.ts';
import { inheritedNodeOptions } from './inherited-node-options.ts';
import { resolveConnection } from './resolve-connection.ts';
import { withoutSecrets } from './without-secrets.ts';

const secret = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.c2VjcmV0.c2lnbmF0dXJl';

async function folder(contents: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-kubeconfig-'));
  onTestFinished(() => rm(path, { recursive: true }));
  for (const [name, content] of Object.entries(contents)) {
    await writeFile(join(path, name), content);
    await chmod(join(path, name), 0o700);
  }
  return path;
}

/** A kubeconfig of one context `c`; JSON is YAML. */
function kubeconfig(user: object, cluster: object = {}, name = 'c'): string {
  return JSON.stringify({
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name, namespace: `ns-${name}` } }],
    clusters: [{ name, cluster: { server: `https://${name}:6443/`, ...cluster } }],
    users: [{ name, user }],
  });
}

async function resolve(
  contents: Readonly<Record<string, string>>,
  request: Partial<KubeconfigRequest> = {},
): Promise<{ readonly facts: ConnectionFacts; readonly path: string }> {
  const path = await folder(contents);
  const env = { HOME: path, PATH: '/usr/bin:/bin', ...request.env };
  const facts = await resolveConnection(
    { kind: 'kubeconfig', file: join(path, 'config'), ...request, env },
    unlimited(),
  );
  return { facts, path };
}

it('reads a token, certificates given in place, and what else a cluster says', async () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const config = kubeconfig(
    {
      token: secret,
      'client-certificate-data': base64(clientCertificate),
      'client-key-data': base64(clientKey),
      as: 'somebody',
    },
    {
      'certificate-authority-data': base64(ca),
      'tls-server-name': 'api.test',
      'proxy-url': 'http://proxy:3128',
    },
  );
  const { facts, path } = await resolve({ config });
  expect(facts).toEqual({
    server: 'https://c:6443',
    source: `kubeconfig ${join(path, 'config')}, context c`,
    namespace: 'ns-c',
    token: secret,
    ca,
    clientCertificate,
    clientKey,
    tlsServerName: 'api.test',
    proxyUrl: 'http://proxy:3128',
    impersonateUser: 'somebody',
  });
});

it('reads files beside the kubeconfig, the token file by name so that it can be read again', async () => {
  const config = kubeconfig({ tokenFile: 'token' }, { 'certificate-authority': 'ca.crt' });
  const { facts, path } = await resolve({ config, 'ca.crt': ca, token: secret });
  expect(facts).toMatchObject({ ca, tokenFile: join(path, 'token') });
  expect(facts).not.toHaveProperty('token');
});

it('takes the context it is told', async () => {
  const one = JSON.parse(kubeconfig({ token: 'one' }, {}, 'one')) as Record<string, object[]>;
  const two = JSON.parse(kubeconfig({ token: 'two' }, {}, 'two')) as Record<string, object[]>;
  const merged = ['contexts', 'clusters', 'users'].map((key) => [
    key,
    [...(one[key] ?? []), ...(two[key] ?? [])],
  ]);
  const config = JSON.stringify({ ...one, ...Object.fromEntries(merged) });
  expect((await resolve({ config }, { context: 'two' })).facts).toMatchObject({
    server: 'https://two:6443',
    token: 'two',
  });
});

it('merges the files of KUBECONFIG; the first says which context', async () => {
  const path = await folder({
    a: kubeconfig({ token: 'a' }, {}, 'a'),
    b: kubeconfig({ token: 'b' }, {}, 'b'),
  });
  const env = { HOME: path, KUBECONFIG: [join(path, 'a'), join(path, 'b')].join(delimiter) };
  const request = { kind: 'kubeconfig', env } as const;
  expect(await resolveConnection(request, unlimited())).toHaveProperty('token', 'a');
  expect(await resolveConnection({ ...request, context: 'b' }, unlimited())).toHaveProperty(
    'token',
    'b',
  );
});

it('runs the credential plugin, telling it what the protocol promises', async () => {
  const plugin = `#!/bin/sh
[ -n "$KUBERNETES_EXEC_INFO" ] || { echo "no exec info" >&2; exit 1; }
echo '{"kind":"ExecCredential","status":{"token":"'"$1-$FROM_CONFIG-$FROM_ENV"'"}}'
`;
  const path = await folder({ plugin });
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: join(path, 'plugin'),
    args: ['arg'],
    env: [{ name: 'FROM_CONFIG', value: 'config' }],
  };
  const { facts } = await resolve({ config: kubeconfig({ exec }) }, { env: { FROM_ENV: 'env' } });
  expect(facts.token).toBe('arg-config-env');
});

it.each([
  ['does not exist', {}, { file: '/nowhere/config' }, 'kubeconfig /nowhere/config: ENOENT'],
  ['is not one', { config: 'hello' }, {}, 'config: '],
  ['is empty', { config: '' }, {}, 'config: '],
  ['has no such context', { config: kubeconfig({}) }, { context: 'x' }, 'there is no context "x"'],
  ['has a password', { config: kubeconfig({ username: 'u', password: 'p' }) }, {}, 'since 1.19'],
  ['names a file that is not there', { config: kubeconfig({ 'client-key': 'k' }) }, {}, 'ENOENT'],
])(
  'names the file and the fault of a kubeconfig that %s',
  async (_what, contents, request, words) => {
    const error: unknown = await resolve(contents, request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MILLRACE_E_KUBE_CREDENTIALS', blame: 'kubeconfig' });
    expect(String(error)).toContain(words);
    expect((error as { hint: string }).hint).not.toBe('');
  },
);

it("passes on a plugin's complaint, but no secret in it", async () => {
  const path = await folder({
    plugin: `#!/bin/sh\necho "session ended for ${secret}" >&2; exit 3\n`,
  });
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: join(path, 'plugin') };
  const error: unknown = await resolve({ config: kubeconfig({ exec }) }).catch(
    (thrown: unknown) => thrown,
  );
  expect(String(error)).toContain('session ended for [removed]');
  expect(inspect(error, { depth: 20 })).not.toContain(secret);
});

it('ends a plugin that never answers when the signal aborts', async () => {
  const path = await folder();
  const pidFile = join(path, 'pid');
  await writeFile(join(path, 'plugin'), `#!/bin/sh\necho $$ > ${pidFile}\nexec sleep 600\n`, {
    mode: 0o700,
  });
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: join(path, 'plugin') };
  await writeFile(join(path, 'config'), kubeconfig({ exec }));
  const controller = new AbortController();
  const env = { PATH: '/usr/bin:/bin' };
  const request = { kind: 'kubeconfig', file: join(path, 'config'), env } as const;
  const result = resolveConnection(request, controller).catch(String);
  const readPid = (): string => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim() : '');
  await until(() => readPid() !== '');
  controller.abort(new Error('stopped'));
  expect(await result).toBe('Error: stopped');
  await until(() => !isRunning(Number(readPid())));
});

/** A process that has ended may stay as a zombie until its new parent looks after it. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !readFileSync(stat, 'utf8').includes(') Z ');
}

it.each([
  [['--conditions=@millrace/source'], ['--conditions=@millrace/source']],
  [
    ['-C', 'x', '--import', './hook.mjs'],
    ['-C', 'x', '--import', './hook.mjs'],
  ],
  [['--inspect=0', '-e', 'work()', '--conditions=a'], ['--conditions=a']],
])('of the options %j a child gets %j', (given, expected) => {
  expect(inheritedNodeOptions(given)).toEqual(expected);
});

it.each([
  ['a short word', 'a short word'],
  [`token ${secret}.`, 'token [removed].'],
  [`key\n${clientKey}end`, 'key\n[removed]\nend'],
])('takes secrets out of %j', (message, expected) => {
  expect(withoutSecrets(message)).toBe(expected);
});
