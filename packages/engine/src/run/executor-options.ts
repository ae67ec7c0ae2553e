import type { Clock, JobCredential, JobStore, KubeApi, Logger } from '@millrace/core';
import type { RunLimits } from './unit-ports.ts';

/** What an executor works with. */
export interface ExecutorOptions {
  readonly api: KubeApi;
  readonly store: JobStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The `millrace.dev/runner` label of this runner's pods; one shared watch follows them. */
  readonly runnerId: string;
  readonly limits?: Partial<RunLimits>;
  /** Opens access with a job's own credential. Without it such jobs fail by name: nobody acts as somebody else. */
  readonly accessAs?: (credential: JobCredential) => JobAccess;
}

/** Access with the credential of one job. */
export interface JobAccess {
  readonly api: KubeApi;
  readonly close: () => Promise<void>;
}
