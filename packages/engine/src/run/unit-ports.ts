import type { Clock, EmitRunEvent, KubeApi, Logger, Plan, Transfer } from '@millrace/core';
import type { ResolveNeeds } from '../hooks/hook-engine.ts';
import type { Generation } from '../plan/generation.ts';
import type { ObjectPorts } from './cluster-objects.ts';
import type { JobLedger } from './job-ledger.ts';
import type { PodFeed } from './pod-feed.ts';

/** What running one job needs. */
export interface UnitPorts {
  readonly generation: Generation;
  readonly plan: Plan;
  readonly resolve: ResolveNeeds;
  readonly api: KubeApi;
  readonly pods: PodFeed;
  readonly ledger: JobLedger;
  readonly objectPorts: ObjectPorts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly emit: EmitRunEvent;
  readonly transfers: Readonly<Record<string, Transfer>>;
  readonly limits: RunLimits;
  /** Somebody asked for the end: the stage at hand is stopped, what may run after a cancel still runs. */
  readonly cancel: AbortSignal;
  /** The end, at once: the job's deadline, a second request, or the process's own end. */
  readonly stop: AbortSignal;
}

/** Times of a run, in milliseconds. */
export interface RunLimits {
  /** From SIGTERM to SIGKILL of a stage. */
  readonly stageGrace: number;
  /** For all deletions at the end, whatever happened to the job. */
  readonly cleanup: number;
  /** Sent with the deletion of pods; undefined leaves it to the pod. */
  readonly podGraceSeconds: number | undefined;
}

/** Limits as production has them. */
export const defaultLimits: RunLimits = {
  stageGrace: 10_000,
  cleanup: 300_000,
  podGraceSeconds: undefined,
};
