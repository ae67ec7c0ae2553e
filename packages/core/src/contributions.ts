import type { FailureReason } from './errors.ts';
import type { ContainerRole } from './job.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { KubeObject, ResourceType } from './kubernetes.ts';
import type { Source } from './source.ts';

/** Chooses containers of a unit; absent members choose all. Resolved when the pod is compiled. */
export interface ContainerSelector {
  readonly role?: readonly ContainerRole[];
  readonly name?: readonly string[];
}

/**
 * A wish for one field of a pod. Nobody reads the draft: wishes are merged by rules that do not depend on the order
 * of plugins.
 * - `set`: two different values for one path stop the job, unless one declares `override`.
 * - `append`: one element of a list; the list's policy decides on keys, order and duplicates.
 * - `merge`: an object, member by member, each a `set`.
 */
export interface FieldContribution {
  readonly kind: 'field';
  /** Which containers `path` is relative to; absent: the Pod. */
  readonly on?: ContainerSelector;
  /** JSON pointer from the Pod or the container, `/spec/nodeSelector/disk` or `/resources/limits/cpu`. */
  readonly path: string;
  readonly op: 'set' | 'append' | 'merge';
  readonly value: JsonValue;
  /** Position in an ordered list; lower comes first, default 0. */
  readonly rank?: number;
  /** Wins over contributions without it; two that differ are a conflict again. */
  readonly override?: boolean;
  /** Never printed unless secrets are asked for. */
  readonly secret?: boolean;
  readonly source: Source;
  readonly reason?: string;
}

/** An object besides the pods. The engine creates it, sets its owner and removes it; no plugin does. */
export interface ObjectContribution {
  readonly kind: 'object';
  /** Unique in the job. */
  readonly id: string;
  readonly type: ResourceType;
  readonly manifest: KubeObject;
  /** The whole job, or the unit whose start or pod it belongs to. */
  readonly scope: 'job' | { readonly unit: string };
  /** `after` the unit's pod was created; an object of the whole job always comes before it. */
  readonly when: 'before' | 'after';
  /** The unit whose pod owns it, so that the cluster removes it with the pod. */
  readonly owner?: { readonly unit: string };
  /** `never` is for what outlives the job and is shared: one that is there already will do, and nothing marks it as the job's. */
  readonly deleteAt: 'scope-end' | 'job-end' | 'never';
  /** JSON pointers of values that are never printed unless secrets are asked for. */
  readonly secrets?: readonly string[];
  readonly source: Source;
}

/**
 * Something said while planning. `text` is the plugin's own wording; a peer's binding may word `code` as its users
 * know it, and rank it among the others.
 */
export interface Statement {
  readonly kind: 'say' | 'warn' | 'refuse';
  /** `<area>.<what>`, `images.effective-pull-policy`. */
  readonly code: string;
  readonly text: string;
  readonly values?: JsonObject;
  /** For `refuse`: why, for the app's table of failure reasons. */
  readonly reason?: FailureReason;
  /** For `refuse`: the unit that is meant, where units can be {@link Unit.refusedAlone}. */
  readonly unit?: string;
  readonly source?: Source;
}

/** A choice that a person may ask about. */
export interface Decision {
  readonly kind: 'decision';
  /** What was decided, in the operator's words: `node selector disk`. */
  readonly subject: string;
  readonly value: string;
  readonly source: Source;
  readonly allowed: boolean;
  /** Why, and what it displaced. */
  readonly reason: string;
  readonly secret?: boolean;
}

/** An object that must exist before anything is created; `run` looks, `explain` evaluates it against given facts. */
export interface Precondition {
  readonly kind: 'precondition';
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  /** Looks in all, and milliseconds between them. */
  readonly attempts: number;
  readonly interval: number;
  readonly refusal: Statement;
}

/** What `contributePod` returns. */
export type PodContribution = FieldContribution | Statement | Decision | Precondition;

/** What `contributeObject` returns. */
export type JobContribution = ObjectContribution | Statement | Decision | Precondition;

/** How elements of a list come together. */
export type ListPolicy =
  /** Elements with the same key are one; equal duplicates are reported, different ones conflict. */
  | { readonly policy: 'keyed'; readonly key: string }
  /** All elements, by rank, then plugin name, then the plugin's own order; duplicates stay. */
  | { readonly policy: 'ordered' }
  /** Equal elements are one; sorted by rank, then text. */
  | { readonly policy: 'set' };
