import { readFile } from 'node:fs/promises';
import { stopComponent } from '../cluster/component.ts';
import { auditLog, type ComponentName } from '../cluster/components.ts';
import { descriptionFile, restart, type ClusterDescription } from '../cluster/start-cluster.ts';

/** The cluster that `npm run e2e` brought up, with a hold of its node. */
export interface RunningCluster extends ClusterDescription {
  /** Ends a part by SIGKILL, or politely. */
  readonly stop: (name: ComponentName, how?: { readonly force?: boolean }) => Promise<void>;
  /** Starts a part again and waits until it serves. */
  readonly start: (name: ComponentName, options: { readonly signal: AbortSignal }) => Promise<void>;
  /** The API server's audit log so far. */
  readonly audit: () => Promise<readonly AuditEntry[]>;
}

/** One entry of the audit log, as far as tests read it. */
export interface AuditEntry {
  /** The same in all entries of one request. */
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly stage: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** The cluster of our own that tests run on, if it is one of our own. */
export async function runningCluster(): Promise<RunningCluster | undefined> {
  if (process.env['MILLRACE_E2E_STATE'] === undefined) return undefined;
  const description = JSON.parse(await readFile(descriptionFile, 'utf8')) as ClusterDescription;
  return {
    ...description,
    stop: stopComponent,
    start: (name, { signal }) => restart(description, name, signal),
    audit: async () => {
      const lines = (await readFile(auditLog, 'utf8')).split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditEntry);
    },
  };
}
