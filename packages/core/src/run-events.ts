import type { PlannedLine, PlannedRefusal } from './plan.ts';
import type { JobResult, Outcome, StageResult, UnitResult } from './results.ts';
import type { Stage, Unit } from './units.ts';

/** What happens while a plan runs, in order. Apps word these as their peer's job log. */
export type RunEvent =
  /** Preparation said something; the planned lines come first. */
  | { readonly type: 'line'; readonly line: PlannedLine }
  | { readonly type: 'refused'; readonly refusal: PlannedRefusal }
  | {
      readonly type: 'unit-creating';
      readonly unit: Unit;
      readonly attempt: number;
      readonly namespace: string;
      readonly podName: string;
    }
  /** The pod is not ready; said when the note changes, and every few seconds. */
  | {
      readonly type: 'unit-waiting';
      readonly unit: Unit;
      readonly podName: string;
      readonly namespace: string;
      readonly node: string | undefined;
      readonly phase: string;
      readonly note: string | undefined;
    }
  | {
      readonly type: 'unit-ready';
      readonly unit: Unit;
      readonly podName: string;
      readonly node: string | undefined;
    }
  | {
      readonly type: 'unit-recreating';
      readonly unit: Unit;
      readonly outcome: Outcome;
      readonly attempt: number;
    }
  | {
      readonly type: 'stage-started';
      readonly unit: Unit;
      readonly stage: Stage;
      readonly at: number;
    }
  | {
      readonly type: 'output';
      readonly unit: Unit;
      readonly stage: Stage | undefined;
      readonly bytes: Uint8Array;
    }
  | {
      readonly type: 'stage-finished';
      readonly unit: Unit;
      readonly stage: Stage;
      readonly result: StageResult;
    }
  | { readonly type: 'unit-finished'; readonly unit: Unit; readonly result: UnitResult }
  /** Something went wrong that does not change the result. */
  | { readonly type: 'trouble'; readonly message: string }
  | { readonly type: 'finished'; readonly result: JobResult };

/** Takes events one after another; a slow taker slows the pod's log down. */
export type EmitRunEvent = (event: RunEvent) => Promise<void>;

/** A tar stream between whoever runs the plan and a stage, by the name the stage gives. */
export type Transfer =
  | {
      readonly direction: 'receive';
      readonly open: (options: { readonly signal: AbortSignal }) => AsyncIterable<Uint8Array>;
    }
  | {
      readonly direction: 'send';
      readonly take: (
        tar: AsyncIterable<Uint8Array>,
        options: { readonly signal: AbortSignal },
      ) => Promise<void>;
    };
