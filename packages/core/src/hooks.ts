import type { Decision, JobContribution, PodContribution, Statement } from './contributions.ts';
import type { RunnerError } from './errors.ts';
import type { Job, JobRequest } from './job.ts';
import type { KubeObject } from './kubernetes.ts';
import type { JobResult, PodSnapshot, PodVerdict, StageResult, UnitResult } from './results.ts';
import type { OptionOffer, OverwriteOffer, SettingChange } from './settings.ts';
import type { Source } from './source.ts';
import type { AnyToken } from './tokens.ts';
import type { Stage, Unit } from './units.ts';

/**
 * How the handlers of a hook come together.
 * - `waterfall`: each gets what the one before returned.
 * - `collect`: all results in one list; handlers have no order.
 * - `first`: the first result that is not undefined counts.
 * - `series`: one after another.
 * - `wrap`: around each other, the outermost first; a handler calls `next` at most once.
 * - `cleanup`: in reverse order, each though others fail, within a deadline of its own.
 * - `observe`: cannot fail or delay the job; errors are logged.
 */
export type HookKind =
  | 'waterfall'
  | 'collect'
  | 'first'
  | 'series'
  | 'wrap'
  | 'cleanup'
  | 'observe';

/** What a running hook is told besides its arguments. */
export interface HookContext {
  readonly signal: AbortSignal;
  readonly jobId: string;
}

/** One step of patching: the whole pod after it, who asked for it, and what there is to say. */
export interface PodPatch {
  readonly pod: KubeObject;
  readonly source: Source;
  readonly statements?: readonly Statement[];
}

/**
 * Handlers by hook. Planning hooks are synchronous and pure. The others run with a recorded plan, maybe in another
 * process than the one that planned: their `needs` may name services of process and generation life, never of a job's.
 */
export interface HookHandlers {
  /** What the job may change of the settings, by the peer's rules; applied in order, then validated again. */
  readonly overwriteSettings: (
    offers: readonly OverwriteOffer[],
    request: JobRequest,
    options: readonly OptionOffer[],
  ) => readonly (SettingChange | Statement | Decision)[];
  /** Adds units and containers, or wires them: session units of GitLab, a unit a step of Woodpecker, sidecars. */
  readonly planUnits: (units: readonly Unit[], job: Job) => readonly Unit[];
  /** Wishes for the pod of one unit; called once for each. */
  readonly contributePod: (unit: Unit, job: Job) => readonly PodContribution[];
  /** Objects besides pods; called once. */
  readonly contributeObject: (units: readonly Unit[], job: Job) => readonly JobContribution[];
  /**
   * Changes the compiled pod: the operator's own patches, in the order given, each step with the line it comes from.
   * Provenance is found by difference.
   */
  readonly patchPod: (pod: KubeObject, unit: Unit, job: Job) => KubeObject | readonly PodPatch[];
  /** Refuses or warns about the final pod. */
  readonly validatePod: (pod: KubeObject, unit: Unit, job: Job) => readonly Statement[];
  /** What a pod's state means. The engine's own rules come last. */
  readonly classifyPod: (snapshot: PodSnapshot) => PodVerdict | undefined;
  readonly beforeStage: (stage: Stage, unit: Unit, context: HookContext) => Promise<void>;
  readonly runStage: (
    stage: Stage,
    unit: Unit,
    context: HookContext,
    next: () => Promise<StageResult>,
  ) => Promise<StageResult>;
  readonly afterStage: (result: StageResult, unit: Unit, context: HookContext) => Promise<void>;
  /** Removes what a plugin keeps outside the cluster for a job. Runs after success, failure, cancel and crash. */
  readonly cleanup: (context: HookContext) => Promise<void>;
  readonly jobFinished: (result: JobResult, context: HookContext) => Promise<void>;
  readonly unitFinished: (result: UnitResult, context: HookContext) => Promise<void>;
}

/** Name of a hook. */
export type HookName = keyof HookHandlers;

/** Kind, and time budget of one handler in milliseconds (0: synchronous, measured and not limited). */
export const hookTable: Readonly<
  Record<HookName, { readonly kind: HookKind; readonly budget: number }>
> = {
  overwriteSettings: { kind: 'collect', budget: 0 },
  planUnits: { kind: 'waterfall', budget: 0 },
  contributePod: { kind: 'collect', budget: 0 },
  contributeObject: { kind: 'collect', budget: 0 },
  patchPod: { kind: 'waterfall', budget: 0 },
  validatePod: { kind: 'collect', budget: 0 },
  classifyPod: { kind: 'first', budget: 0 },
  beforeStage: { kind: 'series', budget: 30_000 },
  runStage: { kind: 'wrap', budget: 0 },
  afterStage: { kind: 'series', budget: 30_000 },
  cleanup: { kind: 'cleanup', budget: 60_000 },
  unitFinished: { kind: 'observe', budget: 10_000 },
  jobFinished: { kind: 'observe', budget: 10_000 },
};

/** Where a handler stands among the others of its hook. Resolved once; unknown names and cycles are boot errors. */
export interface HookOrder {
  readonly phase?: 'pre' | 'normal' | 'post';
  /** Names of plugins whose handlers come later. A name ending in `?` may be absent. */
  readonly before?: readonly string[];
  /** Names of plugins whose handlers come earlier. A name ending in `?` may be absent. */
  readonly after?: readonly string[];
}

/** A handler with its plugin, as the engine runs it. */
export interface Tap<Name extends HookName = HookName> {
  readonly hook: Name;
  readonly plugin: string;
  readonly order: HookOrder;
  readonly needs: Readonly<Record<string, AnyToken>>;
  readonly handler: (...args: readonly unknown[]) => unknown;
}

/** A handler failed or did not settle; names plugin and hook. */
export type HookFailure = RunnerError & {
  readonly code: 'MILLRACE_E_PLUGIN_FAILED' | 'MILLRACE_E_PLUGIN_TIMEOUT';
};
