import type { ObjectContribution, Precondition } from './contributions.ts';
import type { FailureReason, SourcePosition } from './errors.ts';
import type { JsonValue } from './json.ts';
import type { KubeObject, ResourceType } from './kubernetes.ts';
import type { Unit } from './units.ts';

/**
 * Everything a job will create and say, as plain JSON. `run` executes a plan, `explain` prints it; there is no second
 * path. What is known only when a unit starts is a {@link Placeholder}.
 */
export interface Plan {
  readonly version: 1;
  readonly job: PlannedJob;
  readonly units: readonly PlannedUnit[];
  /** Objects besides pods, in the order of their contributions' ids. */
  readonly objects: readonly PlannedObject[];
  readonly preconditions: readonly Precondition[];
  readonly decisions: readonly PlannedDecision[];
  readonly log: readonly PlannedLine[];
  /** Set when the job must not be started; then `units` and `objects` are empty. */
  readonly refused: PlannedRefusal | null;
  /** Facts about the server that the plan used. */
  readonly facts: readonly string[];
}

/** The job as a plan remembers it. */
export interface PlannedJob {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly timeoutSeconds: number;
  /** The job's own credential; absent: the runner's. */
  readonly credential?: JobCredential;
  /** Values to hide in everything printed. */
  readonly masks: readonly string[];
  /** Names and API versions of the plugins that made the plan. */
  readonly plugins: readonly { readonly name: string; readonly apiVersion: string }[];
}

/** As whom a job acts on the cluster, when not as the runner. */
export interface JobCredential {
  /** Secret. */
  readonly token: string;
}

/** A unit with its pod. */
export interface PlannedUnit {
  readonly unit: Unit;
  /**
   * Why the unit fails when its turn comes: its containers never run. Then `pod` is a stub that cannot be created; objects
   * of its start are not made either.
   */
  readonly refused?: PlannedRefusal;
  readonly pod: PlannedManifest;
}

/** An object of the plan besides the pods. */
export interface PlannedObject {
  readonly contribution: Pick<ObjectContribution, 'id' | 'scope' | 'when' | 'owner' | 'deleteAt'>;
  readonly type: ResourceType;
  readonly object: PlannedManifest;
}

/** Raw JSON of an object, who set what in it, and what must not be printed. */
export interface PlannedManifest {
  readonly manifest: KubeObject;
  /** By JSON pointer: who contributed, the one that counts last. */
  readonly provenance: Readonly<Record<string, readonly ProvenanceEntry[]>>;
  /** JSON pointers of secret values. */
  readonly secrets: readonly string[];
}

/** One contribution to a field. */
export interface ProvenanceEntry {
  readonly plugin: string;
  /** Where a person can change it: `runners.kubernetes.node_selector (config.toml:12)`, `$KUBERNETES_CPU_LIMIT`, … */
  readonly source: string;
  readonly value: JsonValue;
}

/** A decision as printed. */
export interface PlannedDecision {
  readonly subject: string;
  readonly value: string;
  readonly source: string;
  readonly plugin: string;
  readonly allowed: boolean;
  readonly reason: string;
  readonly secret: boolean;
}

/** A line that preparation writes into the job log. */
export interface PlannedLine {
  readonly kind: 'say' | 'warn';
  readonly code: string;
  readonly text: string;
}

/** Why the job is not started. */
export interface PlannedRefusal {
  readonly code: string;
  readonly reason: FailureReason;
  readonly message: string;
  readonly plugin: string;
  readonly position?: SourcePosition;
}

/**
 * A value that only the run knows, written in place of a string in a manifest. The set is closed: seconds since the
 * epoch at which the unit (for the job's objects: the job) or the job started, how the job stands (`success` or
 * `failure`), the number of the attempt, the uid of a unit's pod.
 */
export type Placeholder =
  | { readonly $millrace: 'startedAt' | 'jobStartedAt' | 'status' | 'attempt' }
  | { readonly $millrace: 'uid'; readonly of: string };
