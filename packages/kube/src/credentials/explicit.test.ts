import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { unlimited } from '../testing/test-connection.test.helpers.ts';
import { ca, clientCertificate, clientKey, serverKey } from '../testing/tls.test.helpers.ts';
import type { ExplicitRequest } from './connection-facts.ts';
import { resolveConnection } from './resolve-connection.ts';

/** Writes files and returns their paths, by name. */
async function files(
  contents: Readonly<Record<string, string>>,
): Promise<(name: string) => string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-explicit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(contents)) {
    await writeFile(join(folder, name), content);
  }
  return (name) => join(folder, name);
}

const resolve = (request: Omit<ExplicitRequest, 'kind'>): ReturnType<typeof resolveConnection> =>
  resolveConnection({ kind: 'explicit', ...request }, unlimited());

it('reads the files it is given', async () => {
  const path = await files({ ca, crt: clientCertificate, key: clientKey });
  const facts = await resolve({
    host: 'https://api:6443/',
    bearerToken: 't',
    caFile: path('ca'),
    certFile: path('crt'),
    keyFile: path('key'),
  });
  expect(facts).toEqual({
    server: 'https://api:6443',
    source: 'host',
    token: 't',
    ca,
    clientCertificate,
    clientKey,
  });
});

it.each([
  ['https://api:6443/clusters/a/', 'https://api:6443/clusters/a'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['api', 'http://api'],
])('takes host %s for %s', async (host, server) => {
  expect(await resolve({ host })).toMatchObject({ server });
});

it('takes a host without a scheme for https once there is anything about TLS', async () => {
  const path = await files({ ca });
  expect(await resolve({ host: 'api', caFile: path('ca') })).toHaveProperty(
    'server',
    'https://api',
  );
});

it('ignores a key without a certificate, as GitLab Runner does', async () => {
  const facts = await resolve({ host: 'https://api', keyFile: '/nowhere' });
  expect(facts).not.toHaveProperty('clientKey');
});

describe('refuses, naming the setting and the file,', () => {
  it.each([
    ['a certificate alone', { certFile: 'c' }, 'cert_file', 'ca_file and key_file'],
    ['a certificate without authority', { certFile: 'c', keyFile: 'k' }, 'cert_file', 'ca_file'],
    [
      'an unreadable ca_file',
      { caFile: '/nowhere/ca.crt' },
      'ca_file',
      'cannot read /nowhere/ca.crt: ENOENT',
    ],
    ['a folder as ca_file', { caFile: '/' }, 'ca_file', 'cannot read /: EISDIR'],
    ['an address with a password', { host: 'https://a:b@api' }, 'host', 'API server'],
    ['an address of something else', { host: 'ftp://api' }, 'host', 'API server'],
    ['a token that no header can carry', { bearerToken: 'a\nb' }, 'bearer_token', 'token'],
  ])('%s', async (_what, request, blame, words) => {
    const result = await resolve({ host: 'https://api', ...request }).catch(
      (error: unknown) => error,
    );
    expect(result).toMatchObject({ code: 'MILLRACE_E_KUBE_CREDENTIALS', kind: 'config', blame });
    expect(`${String(result)} ${(result as { hint: string }).hint}`).toContain(words);
  });

  it.each([
    ['a ca_file that is not one', { ca: 'hello' }, 'ca_file', 'does not hold a PEM certificate'],
    ['a key for another certificate', { key: serverKey }, 'key_file', 'do not work together'],
    ['a certificate as key', { key: ca }, 'key_file', 'does not hold a PEM key'],
  ])('%s', async (_what, contents, blame, words) => {
    const path = await files({ ca, crt: clientCertificate, key: clientKey, ...contents });
    const request = {
      host: 'https://api',
      caFile: path('ca'),
      certFile: path('crt'),
      keyFile: path('key'),
    };
    const result = await resolve(request).catch((error: unknown) => error);
    expect(result).toMatchObject({ blame });
    expect(String(result)).toContain(words);
  });
});
