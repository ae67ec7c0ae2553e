import type { IdentitySettings } from './settings.ts';

/** Where Kubernetes puts what names no namespace. */
const clusterDefault = 'default';

/**
 * The namespace of a job: its own where every job has one, its owner's where every owner has one, else the configured
 * one. That of an owner is in lower case; a job without owner has none.
 */
export function jobNamespace(
  {
    namespace,
    namespacePerJob,
    namespacePerOwner,
    namespacePrefix,
  }: Pick<
    IdentitySettings,
    'namespace' | 'namespacePerJob' | 'namespacePerOwner' | 'namespacePrefix'
  >,
  { id, owner }: { readonly id: string; readonly owner?: string | undefined },
): string {
  if (namespacePerJob) return `${namespacePrefix}${id}`;
  const common = namespace === '' ? clusterDefault : namespace;
  return namespacePerOwner && owner !== undefined ? `${common}-${owner}`.toLowerCase() : common;
}

/** Why no request can name a namespace; undefined when one can. Whether it exists is the API server's answer. */
export function namespaceFault(namespace: string): string | undefined {
  if (namespace === '.' || namespace === '..') return 'it may not be "." or ".."';
  return /[/%]/.test(namespace) ? 'it may not contain "/" or "%"' : undefined;
}
