import type { LogPlace } from './kubernetes.ts';
import type { PlannedLine, PlannedRefusal } from './plan.ts';
import type { JobResult, Outcome, StageResult, UnitResult } from './results.ts';
import type { Stage, Unit } from './units.ts';

/**
 * What happens while a plan runs, in order. Apps word these as their peer's job log. When another process goes on with
 * the job, it tells what has a key (`eventKey`) only if it was not taken before; `unit-waiting` and `trouble` have none
 * and may come again.
 */
export type RunEvent =
  /** Preparation said something; the planned lines come first. */
  | {
      readonly type: 'line';
      readonly line: PlannedLine;
      /** Its place among the plan's lines. */
      readonly index: number;
    }
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
      readonly attempt: number;
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
      readonly attempt: number;
      readonly stage: Stage;
      readonly at: number;
    }
  | {
      readonly type: 'output';
      readonly unit: Unit;
      readonly attempt: number;
      /** Absent in container units, which have no stages. */
      readonly stage?: Stage;
      readonly bytes: Uint8Array;
      /**
       * Place of the first byte in the log file of the attempt's pod, in container units in the container's log; undefined
       * for what the engine says itself.
       */
      readonly offset: number | undefined;
      /** In container units: where the log goes on behind these bytes; kept with the offset by whoever takes them. */
      readonly place?: LogPlace;
    }
  | {
      readonly type: 'stage-finished';
      readonly unit: Unit;
      readonly attempt: number;
      readonly stage: Stage;
      readonly result: StageResult;
    }
  /** Also of units that were skipped, or canceled before they began. */
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
