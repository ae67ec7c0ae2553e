import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { createSystemClock } from '@millrace/async';
import { startEmbeddedCluster, type EmbeddedCluster } from '@millrace/embedded-cluster';
import { connect } from '@millrace/kube';
import { silentLogger } from '@millrace/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runGitlab, temporaryFolder, type Folder } from './gitlab-program.ts';

let folder: Folder;
let cluster: EmbeddedCluster;
const page = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html').end('<html>log in</html>');
});
let pageUrl: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  cluster = await startEmbeddedCluster({
    logger: silentLogger,
    signal: new AbortController().signal,
  });
  await new Promise<void>((listening) => page.listen(0, '127.0.0.1', listening));
  pageUrl = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
  const below = cluster.mountPrefix ?? '';
  const kubernetes = `[runners.kubernetes]\nimage = "alpine"\nlogs_base_dir = "${below}"\nscripts_base_dir = "${below}"\n`;
  await folder.write({
    'config.toml': `[[runners]]\nname = "r"\nexecutor = "kubernetes"\nbuilds_dir = "${below}/builds"\n${kubernetes}`,
    '.gitlab-ci.yml': 'quick:\n  script: ["echo hi"]\n',
    'nowhere.toml':
      '[[runners]]\nname = "r"\nexecutor = "kubernetes"\n[runners.kubernetes]\nimage = "alpine"\nnamespace = "nowhere"\n',
  });
});
afterAll(async () => {
  await new Promise((closed) => page.close(closed));
  await cluster.close();
  await folder.remove();
});

interface Kubeconfig {
  readonly server?: string;
  readonly token?: string;
  readonly ca?: string;
}

/** A kubeconfig that differs from the administrator's in one thing. */
async function kubeconfig(changes: Kubeconfig): Promise<string> {
  const { server = cluster.url, token = cluster.adminToken } = changes;
  const ca = changes.ca ?? Buffer.from(cluster.certificateAuthority).toString('base64');
  const file = join(folder.path, 'kubeconfig');
  await folder.write({
    kubeconfig: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': ca } }],
      users: [{ name: 'u', user: { token } }],
    }),
  });
  return file;
}

const group = 'rbac.authorization.k8s.io';

/** A user who may do this in the namespace `default`, and nothing else. */
async function tokenOf(name: string, rules: Readonly<Record<string, string>>): Promise<string> {
  const clock = createSystemClock();
  const options = { userAgent: 'test', clock, logger: silentLogger };
  const { url: server, adminToken: token, certificateAuthority: ca } = cluster;
  const api = connect({ server, token, ca, source: 'test' }, options);
  const create = async (kind: string, fields: object): Promise<void> => {
    const type = { group, version: 'v1', plural: `${kind}s`.toLowerCase(), kind, namespaced: true };
    const metadata = { name, namespace: 'default' };
    const { signal } = new AbortController();
    await api.create(type, { apiVersion: `${group}/v1`, kind, metadata, ...fields }, { signal });
  };
  try {
    await create('Role', {
      rules: Object.entries(rules).map(([resource, verbs]) => ({
        apiGroups: [''],
        resources: [resource],
        verbs: verbs.split(' '),
      })),
    });
    await create('RoleBinding', {
      roleRef: { apiGroup: group, kind: 'Role', name },
      subjects: [{ apiGroup: group, kind: 'User', name }],
    });
  } finally {
    await api.close();
  }
  cluster.addToken({ token: `token-of-${name}`, user: name });
  return `token-of-${name}`;
}

const pods = 'get list watch create delete';

it.each<[string, () => Promise<Kubeconfig>, readonly string[], readonly string[]]>([
  [
    'no right to make pods',
    async () => ({ token: await tokenOf('nocreate', { pods: 'get list watch delete' }) }),
    [],
    ['cannot create resource "pods"', 'default', 'Role'],
  ],
  [
    'no right to open sessions',
    async () => ({ token: await tokenOf('noexec', { pods }) }),
    ['--config', 'config.toml'],
    ['resource "pods/exec"', 'default', 'Role'],
  ],
  [
    'an unknown namespace',
    async () => ({}),
    ['--config', 'nowhere.toml'],
    ['namespaces "nowhere" not found'],
  ],
  ['an unknown token', async () => ({ token: 'unknown' }), [], ['401', 'credential', 'renew']],
  [
    'an expired token',
    async () => {
      cluster.addToken({ token: 'old', user: 'u', groups: ['system:masters'], expiresAt: 1 });
      return { token: 'old' };
    },
    [],
    ['401', 'expired'],
  ],
  [
    'another CA',
    async () => ({ ca: Buffer.from(rootCertificates[0] ?? '').toString('base64') }),
    [],
    ['certificate is not signed by an authority we trust', 'certificate-authority'],
  ],
  [
    'an address where nothing listens',
    async () => ({ server: 'https://127.0.0.1:9' }),
    [],
    ['127.0.0.1:9', 'Check the address'],
  ],
  ['a login page', async () => ({ server: pageUrl }), [], ['not JSON', 'login page']],
])('%s is told with the way out, soon', async (_what, changes, args, expected) => {
  const file = await kubeconfig(await changes());
  const { exitCode, stdout, stderr } = await runGitlab(
    ['exec', 'quick', '--kubeconfig', file, ...args],
    folder.path,
  );
  for (const part of expected) expect(stdout + stderr).toContain(part);
  expect(stdout).not.toContain('\nhi\n');
  expect(exitCode).toBe(1);
});
