import type { FailureReason } from './errors.ts';
import type { KubeObject } from './kubernetes.ts';

/** How something of a job ended: the container's own exit record, or a named failure; nothing else can be said. */
export type Outcome =
  | { readonly kind: 'success' }
  | {
      readonly kind: 'failure';
      readonly reason: FailureReason;
      readonly message: string;
      /** Only when the user's own command ended with it. */
      readonly exitCode?: number;
      /** The pod's story: conditions, container states and events that explain the failure. */
      readonly story?: readonly string[];
      /** What to do, one sentence. */
      readonly hint?: string;
    }
  | { readonly kind: 'canceled'; readonly message: string }
  | { readonly kind: 'skipped' };

/** How a stage ended, with its place in the log. */
export interface StageResult {
  readonly name: string;
  readonly outcome: Outcome;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** How a unit ended; both unit runners return it. */
export interface UnitResult {
  readonly unit: string;
  readonly outcome: Outcome;
  /**
   * Of a container unit: when it began, right before its pod was made, milliseconds since the epoch; absent when its
   * container never ran.
   */
  readonly startedAt?: number;
  /**
   * Of a container unit: when it ended, milliseconds since the epoch; absent when it was ended from outside before that was
   * known.
   */
  readonly finishedAt?: number;
  /**
   * Of a container unit: what its container's own record says, whatever the outcome is. A canceled unit may have one; one
   * whose pod was lost may have none.
   */
  readonly exitCode?: number;
  readonly podName: string;
  readonly attempts: number;
  readonly stages: readonly StageResult[];
}

/** How a job ended. */
export interface JobResult {
  readonly job: string;
  readonly outcome: Outcome;
  readonly units: readonly UnitResult[];
}

/** A pod and the events about it, as the unit runner sees them. */
export interface PodSnapshot {
  readonly pod: KubeObject;
  /** Latest first. Empty as long as the engine watches pods only. */
  readonly events: readonly KubeObject[];
  /** Milliseconds since the pod was created by us. */
  readonly age: number;
  /** Containers that must run for the unit to go on. */
  readonly needed: readonly string[];
  readonly userCodeStarted: boolean;
}

/** What a pod's state means for its unit. */
export type PodVerdict =
  | { readonly verdict: 'waiting'; readonly note?: string }
  | { readonly verdict: 'ready' }
  | { readonly verdict: 'recreate'; readonly outcome: Outcome & { readonly kind: 'failure' } }
  | { readonly verdict: 'failed'; readonly outcome: Outcome & { readonly kind: 'failure' } };
