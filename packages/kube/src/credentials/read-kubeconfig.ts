import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { KubeConfig, loadYaml, type Cluster, type User } from '@kubernetes/client-node';
import type { ConnectionFacts, KubeconfigRequest } from './connection-facts.ts';

/** A kubeconfig that cannot be used, and the fix. */
export class KubeconfigFailure extends Error {
  readonly file: string;
  readonly hint: string;
  constructor(message: string, file: string, hint: string) {
    super(message);
    this.file = file;
    this.hint = hint;
  }
}

/** Runs in the credential child only. This file is the one runtime import of client-node. */
export async function readKubeconfig(request: KubeconfigRequest): Promise<ConnectionFacts> {
  const files = kubeconfigFiles(request);
  const shown = files.join(delimiter);
  const config = loadFiles(files);
  if (request.context !== undefined) config.setCurrentContext(request.context);
  const name = config.getCurrentContext();
  const context = config.getContextObject(name);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (!context || !cluster) {
    const known = config.getContexts().map((one) => one.name);
    throw new KubeconfigFailure(
      context ? `context "${name}" names no known cluster` : `there is no context "${name}"`,
      shown,
      `Choose one of: ${known.join(', ') || '(the file has none)'}.`,
    );
  }
  refuseBasicAuth(user, shown);
  const tokenFile = await tokenFileOf(files, user?.name);
  const credential = await authenticate(cluster, tokenFile ? null : user);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    source: `kubeconfig ${shown}, context ${name}`,
    ...credential,
    ...(tokenFile && { tokenFile }),
    ...(context.namespace && { namespace: context.namespace }),
    ...(cluster.skipTLSVerify && { insecureSkipTlsVerify: true }),
    ...(cluster.tlsServerName && { tlsServerName: cluster.tlsServerName }),
    ...(cluster.proxyUrl && { proxyUrl: cluster.proxyUrl }),
    ...(user?.impersonateUser && { impersonateUser: user.impersonateUser }),
  };
}

function kubeconfigFiles({ file, env }: KubeconfigRequest): readonly string[] {
  if (file !== undefined) return [resolve(file)];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  return listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
}

function loadFiles(files: readonly string[]): KubeConfig {
  const merged = new KubeConfig();
  for (const [index, file] of files.entries()) {
    const one = index === 0 ? merged : new KubeConfig();
    try {
      one.loadFromFile(file);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new KubeconfigFailure(why, file, 'Check that the file exists and is a kubeconfig.');
    }
    if (one !== merged) merged.mergeConfig(one, true);
  }
  return merged;
}

function refuseBasicAuth(user: User | null, file: string): void {
  if (!user?.username) return;
  throw new KubeconfigFailure(
    `user "${user.name}" has a user name and password, which Kubernetes has not accepted since 1.19`,
    file,
    'Use a token, a client certificate or a credential plugin.',
  );
}

/** client-node looks for `token-file`; the field is called `tokenFile`, and relative to its kubeconfig. */
async function tokenFileOf(
  files: readonly string[],
  user: string | undefined,
): Promise<string | undefined> {
  for (const file of files) {
    const parsed = loadYaml<{
      users?: { name?: string; user?: { tokenFile?: string } }[];
    } | null>(await readFile(file, 'utf8'));
    const entry = parsed?.users?.find((one) => one.name === user);
    if (entry) return entry.user?.tokenFile && resolve(dirname(file), entry.user.tokenFile);
  }
  return undefined;
}

/** What client-node would put on a request: certificates, and the token its plugins gave. */
async function authenticate(
  cluster: Cluster,
  user: User | null,
): Promise<Partial<ConnectionFacts>> {
  const config = new KubeConfig();
  // client-node refuses plain http unless told to skip verification, which means nothing there.
  const plain = cluster.server.startsWith('http:');
  config.loadFromClusterAndUser(
    plain ? { ...cluster, skipTLSVerify: true } : cluster,
    user === null ? { name: 'anonymous' } : withExecInfo(cluster, user),
  );
  const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key } = options as Record<'ca' | 'cert' | 'key', Buffer | string | undefined>;
  const authorization = (options.headers as Record<string, string> | undefined)?.['Authorization'];
  const token = authorization?.replace(/^Bearer\s+/, '').trim();
  return {
    ...(ca && { ca: ca.toString() }),
    ...(cert && { clientCertificate: cert.toString() }),
    ...(key && { clientKey: key.toString() }),
    ...(token && { token }),
  };
}

interface ExecPlugin {
  readonly apiVersion?: string;
  readonly provideClusterInfo?: boolean;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

/** The protocol of credential plugins promises them `KUBERNETES_EXEC_INFO`; client-node does not set it. */
function withExecInfo(cluster: Cluster, user: User): User {
  const exec = user.exec as ExecPlugin | null | undefined;
  if (exec?.apiVersion === undefined) return user;
  const { server, caData, tlsServerName, skipTLSVerify } = cluster;
  const about = {
    server,
    ...(caData && { 'certificate-authority-data': caData }),
    ...(tlsServerName && { 'tls-server-name': tlsServerName }),
    ...(skipTLSVerify && { 'insecure-skip-tls-verify': true }),
  };
  const value = JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: { interactive: false, ...(exec.provideClusterInfo === true && { cluster: about }) },
  });
  const env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value }];
  return { ...user, exec: { ...exec, env } };
}
