import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import { configurationFile } from './components.ts';
import { containerdConfiguration, podNetwork, registryHosts } from './configuration/containerd.ts';
import { kubeconfig, makeIdentities, tokenTable } from './configuration/identities.ts';
import {
  dnsConfiguration,
  kubeletConfiguration,
  proxyConfiguration,
} from './configuration/node.ts';
import { addresses, inState } from './layout.ts';
import { runProgram } from './run-program.ts';

/** What is in front of the registry that asks for a login. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

/** Who may do what, made anew for every cluster. */
export interface Secrets {
  /** Bearer token of a member of `system:masters`. */
  readonly adminToken: string;
  readonly registry: RegistryLogin;
}

/** Writes every part's files. */
export async function writeConfiguration(certificates: Certificates): Promise<Secrets> {
  const authority = await readFile(certificates.authority.certificate, 'utf8');
  const identities = makeIdentities();
  const write = (name: string, content: string | object): Promise<void> =>
    writeFile(
      configurationFile(name),
      typeof content === 'string' ? content : JSON.stringify(content, undefined, 2),
      { mode: 0o600 },
    );
  await write('tokens.csv', tokenTable(identities));
  for (const [name, { token }] of Object.entries(identities))
    await write(`${name}.kubeconfig`, kubeconfig(token, authority));
  await write('containerd.toml', containerdConfiguration());
  await writeFile(inState('network', 'pods.conflist'), JSON.stringify(podNetwork()));
  await write('kubelet.json', kubeletConfiguration(certificates));
  await write('kube-proxy.json', proxyConfiguration(configurationFile('kube-proxy.kubeconfig')));
  await write('Corefile', dnsConfiguration(configurationFile('coredns.kubeconfig')));
  await writeFile(inState('resolv.conf'), '');
  await write('audit-policy.json', {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  });
  const registry = { username: 'puller', password: randomBytes(9).toString('base64url') };
  await writeRegistries(write, registry);
  return { adminToken: identities['admin']?.token ?? '', registry };
}

/** Two registries without TLS: one for everybody, one that asks who pulls. */
async function writeRegistries(
  write: (name: string, content: string | object) => Promise<void>,
  { username, password }: RegistryLogin,
): Promise<void> {
  const users = configurationFile('registry-users');
  await write('registry-users', await runProgram('htpasswd', ['-Bbn', username, password]));
  for (const [name, port] of Object.entries(addresses.registries)) {
    const address = `${addresses.node}:${port}`;
    await write(`registry-${name}.yml`, {
      version: 0.1,
      log: { level: 'warn' },
      storage: { filesystem: { rootdirectory: inState(`registry-${name}`) } },
      http: { addr: address },
      ...(name === 'closed' ? { auth: { htpasswd: { realm: 'millrace', path: users } } } : {}),
    });
    const hosts = join(registryHosts, address);
    await mkdir(hosts, { recursive: true });
    await writeFile(
      join(hosts, 'hosts.toml'),
      `server = "http://${address}"\n[host."http://${address}"]\n  capabilities = ["pull", "resolve", "push"]\n`,
    );
  }
}
