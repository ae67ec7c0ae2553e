import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { unlimited } from '../testing/test-connection.test.helpers.ts';
import { ca } from '../testing/tls.test.helpers.ts';
import { resolveConnection } from './resolve-connection.ts';

const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-cluster-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function serviceAccount(): Promise<string> {
  const path = await folder();
  await writeFile(join(path, 'token'), 'abc\n');
  await writeFile(join(path, 'ca.crt'), ca);
  await writeFile(join(path, 'namespace'), 'ci\n');
  return path;
}

it.each([
  ['10.0.0.1', 'https://10.0.0.1:443'],
  ['fd00::1', 'https://[fd00::1]:443'],
])('finds the service account of the pod at %s', async (host, server) => {
  const serviceAccountDirectory = await serviceAccount();
  const request = {
    kind: 'in-cluster',
    env: { ...env, KUBERNETES_SERVICE_HOST: host },
    serviceAccountDirectory,
  } as const;
  expect(await resolveConnection(request, unlimited())).toEqual({
    server,
    source: 'in-cluster',
    ca,
    tokenFile: join(serviceAccountDirectory, 'token'),
    namespace: 'ci',
  });
});

it('says what is missing outside a cluster', async () => {
  const result = resolveConnection({ kind: 'in-cluster', env: {} }, unlimited());
  await expect(result).rejects.toThrow('KUBERNETES_SERVICE_HOST');
});

it('names the file that is missing', async () => {
  const serviceAccountDirectory = await serviceAccount();
  await rm(join(serviceAccountDirectory, 'ca.crt'));
  const result = resolveConnection(
    { kind: 'in-cluster', env, serviceAccountDirectory },
    unlimited(),
  );
  await expect(result).rejects.toThrow(join(serviceAccountDirectory, 'ca.crt'));
});

it('comes before the kubeconfig when both are there', async () => {
  const serviceAccountDirectory = await serviceAccount();
  const request = { kind: 'auto', env, serviceAccountDirectory } as const;
  expect(await resolveConnection(request, unlimited())).toHaveProperty('source', 'in-cluster');
});

it.each([
  ['the variables', {}, true],
  ['the token', env, false],
])('gives way to the default kubeconfig without %s', async (_what, variables, withToken) => {
  const home = await folder();
  await mkdir(join(home, '.kube'));
  const kubeconfig = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://from-kubeconfig' } }],
    users: [{ name: 'u', user: {} }],
  };
  await writeFile(join(home, '.kube', 'config'), JSON.stringify(kubeconfig));
  const serviceAccountDirectory = withToken ? await serviceAccount() : await folder();
  const request = {
    kind: 'auto',
    env: { ...variables, HOME: home },
    serviceAccountDirectory,
  } as const;
  const facts = await resolveConnection(request, unlimited());
  expect(facts.server).toBe('https://from-kubeconfig');
});
