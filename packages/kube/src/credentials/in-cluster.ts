import { access, readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { ConnectionFacts, InClusterRequest } from './connection-facts.ts';
import { credentialError } from './credential-error.ts';
import { readCredentialFile } from './read-credential-file.ts';

const mountedDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Whether the process runs in a pod with a service account: the two variables and the token file (client-go). */
export async function isInCluster(request: Omit<InClusterRequest, 'kind'>): Promise<boolean> {
  const { env, serviceAccountDirectory = mountedDirectory } = request;
  if (!env['KUBERNETES_SERVICE_HOST'] || !env['KUBERNETES_SERVICE_PORT']) return false;
  return access(join(serviceAccountDirectory, 'token')).then(
    () => true,
    () => false,
  );
}

/** The API server and the service account that Kubernetes gave to this pod. */
export async function resolveInCluster(
  request: InClusterRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<ConnectionFacts> {
  const { env, serviceAccountDirectory: folder = mountedDirectory } = request;
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) {
    throw credentialError(
      'not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set',
      {
        blame: 'KUBERNETES_SERVICE_HOST',
        hint: 'Run in a pod, or give a host or a kubeconfig.',
      },
    );
  }
  const tokenFile = join(folder, 'token');
  const setting = 'in-cluster service account';
  await readCredentialFile({ setting, path: tokenFile, holds: 'token' }, { signal });
  const ca = await readCredentialFile(
    { setting, path: join(folder, 'ca.crt'), holds: 'certificate' },
    { signal },
  );
  const namespace = await readFile(join(folder, 'namespace'), 'utf8').then(
    (text) => text.trim(),
    () => '',
  );
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    source: 'in-cluster',
    ca,
    tokenFile,
    ...(namespace && { namespace }),
  };
}
