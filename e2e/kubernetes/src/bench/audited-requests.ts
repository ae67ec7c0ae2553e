import type { AuditEntry, RunningCluster } from '../handle/running-cluster.ts';
import type { RealHandle } from '../handle/start-real-handle.ts';

/** The cluster of a handle, which the bench looks into. */
export function ownCluster({ own }: RealHandle): RunningCluster {
  if (own === undefined) throw new Error('the bench reads the audit log of a cluster of our own');
  return own;
}

/** Requests in the audit log, each once: an upgraded connection or a watch is logged when it opens and when it ends. */
export async function auditedRequests(
  own: RunningCluster,
  isWanted: (entry: AuditEntry) => boolean,
): Promise<readonly AuditEntry[]> {
  const seen = new Map<string, AuditEntry>();
  for (const entry of await own.audit())
    if (!seen.has(entry.auditID) && isWanted(entry)) seen.set(entry.auditID, entry);
  return [...seen.values()];
}

/** What was asked, in order. */
export const requestKinds = (entries: readonly AuditEntry[]): readonly string[] =>
  entries.map(({ verb, objectRef = {} }) =>
    [verb, objectRef.resource, objectRef.subresource].filter(Boolean).join(' '),
  );
