import type { ConnectionFacts, ConnectionRequest } from './connection-facts.ts';
import { resolveExplicit } from './explicit.ts';
import { isInCluster, resolveInCluster } from './in-cluster.ts';
import { resolveKubeconfig } from './kubeconfig.ts';

/**
 * Finds the API server and the credential. Kubeconfigs are read by a short-lived child process, because the library
 * that knows their plugins adds 90 MB to whoever imports it; everything else is read here.
 * @throws RunnerError `MILLRACE_E_KUBE_CREDENTIALS` naming the setting or file at fault and the fix
 */
export async function resolveConnection(
  request: ConnectionRequest,
  options: { readonly signal: AbortSignal },
): Promise<ConnectionFacts> {
  options.signal.throwIfAborted();
  switch (request.kind) {
    case 'explicit':
      return resolveExplicit(request, options);
    case 'in-cluster':
      return resolveInCluster(request, options);
    case 'kubeconfig':
      return resolveKubeconfig(request, options);
    case 'auto':
      return (await isInCluster(request))
        ? resolveInCluster({ ...request, kind: 'in-cluster' }, options)
        : resolveKubeconfig({ ...request, kind: 'kubeconfig' }, options);
  }
}
