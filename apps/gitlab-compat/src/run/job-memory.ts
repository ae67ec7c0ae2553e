import type { JobLogSettings } from '@millrace/gitlab-job';

/** What is kept in a job's record besides its plan: whom to report to, and how its log is written. Plain JSON. */
export interface JobMemory {
  readonly id: number;
  /** Secret. */
  readonly token: string;
  readonly projectId: number;
  readonly slots: { readonly runner: number; readonly project: number };
  readonly log: JobLogSettings;
  /** Values to hide in the log. */
  readonly masks: readonly string[];
}

/** Reads what {@link JobMemory} a record has; undefined where it is of another program. */
export function readJobMemory(app: Readonly<Record<string, unknown>>): JobMemory | undefined {
  const memory = app['gitlab'] as JobMemory | undefined;
  return typeof memory?.id === 'number' && typeof memory.token === 'string' ? memory : undefined;
}
