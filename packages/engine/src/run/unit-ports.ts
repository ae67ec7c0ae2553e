import type { Clock, EmitRunEvent, KubeApi, Logger, Plan, Taken, Transfer } from '@millrace/core';
import type { ResolveNeeds } from '../hooks/call-tap.ts';
import type { Generation } from '../plan/generation.ts';
import type { JobLedger } from './job-ledger.ts';
import type { PodObserver } from './pod-feed.ts';

/** What running one job needs. */
export interface UnitPorts {
  readonly generation: Generation;
  readonly plan: Plan;
  readonly resolve: ResolveNeeds;
  readonly api: KubeApi;
  /** Follows one pod of the job's namespace. */
  readonly observePod: (name: string) => PodObserver;
  /** Keeps the watch of the job's namespace open between two pods; returns the way to let go. */
  readonly holdPods: () => () => void;
  readonly ledger: JobLedger;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Never rejects, see `guardEmit`. */
  readonly emit: EmitRunEvent;
  /** Called before log bytes or results can no longer be had from the cluster. Never rejects. */
  readonly persist: () => Promise<void>;
  /** Present when another process has begun the job: what was taken of it. */
  readonly adopted: Taken | undefined;
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
  /** Between two `unit-waiting` events about an unchanged pod. */
  readonly waitingRepeat: number;
  /** A created pod of which the watch has not said a word for so long is looked for. */
  readonly unseenPod: number;
  /** How long a stage's own record may still arrive when its pod has failed. */
  readonly lastWords: number;
  /** Between two looks for a pod that another process has made, while the API does not answer. */
  readonly lookAgain: number;
  /** How long that may go on. */
  readonly lookLimit: number;
  /** How long the pulls of a container unit's image may fail before the unit does. */
  readonly pullGrace: number;
  /** How long after the clean end of a log's stream its container's end may become known without a doubt about the log. */
  readonly logEndLag: number;
  /** How long the log of an ended container may be silent before its stream is given up. */
  readonly logDrain: number;
  /** How long the log of an ended container is asked for while it cannot be had. */
  readonly logPatience: number;
  /** How long after a stopped container's grace its end may become known. */
  readonly stopMargin: number;
}

/**
 * Limits as production has them. GitLab Runner repeats its waiting line at its `poll_interval`, 3 s. A
 * kubelet looks at its containers each second, and while it follows a log as often.
 */
export const defaultLimits: RunLimits = {
  stageGrace: 10_000,
  cleanup: 300_000,
  podGraceSeconds: undefined,
  waitingRepeat: 3_000,
  unseenPod: 10_000,
  lastWords: 1_000,
  lookAgain: 5_000,
  lookLimit: 600_000,
  pullGrace: 60_000,
  logEndLag: 3_000,
  logDrain: 10_000,
  logPatience: 60_000,
  stopMargin: 5_000,
};
