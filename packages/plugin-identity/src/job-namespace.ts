import type { IdentitySettings } from './settings.ts';

/** Where Kubernetes puts what names no namespace. */
const clusterDefault = 'default';

/** The namespace of a job: its own where every job has one, else the configured one. */
export function jobNamespace(
  {
    namespace,
    namespacePerJob,
    namespacePrefix,
  }: Pick<IdentitySettings, 'namespace' | 'namespacePerJob' | 'namespacePrefix'>,
  jobId: string,
): string {
  if (namespacePerJob) return `${namespacePrefix}${jobId}`;
  return namespace === '' ? clusterDefault : namespace;
}

/** Why no request can name a namespace; undefined when one can. Whether it exists is the API server's answer. */
export function namespaceFault(namespace: string): string | undefined {
  if (namespace === '.' || namespace === '..') return 'it may not be "." or ".."';
  return /[/%]/.test(namespace) ? 'it may not contain "/" or "%"' : undefined;
}
