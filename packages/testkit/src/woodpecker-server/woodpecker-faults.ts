import { deferred, type Deferred } from '@millrace/async';
import type { AgentCallName } from './calls.ts';
import type { GrpcStatus } from './call-refusal.ts';

/** Which calls a fault is for; absent members mean any. */
export interface WoodpeckerFaultPlace {
  readonly call?: AgentCallName;
  /** Id of the workflow that the call is about. */
  readonly workflow?: string;
}

/** How the server misbehaves. */
export type WoodpeckerMisbehaviour =
  /** Answers with a status without doing anything. */
  | { readonly kind: 'refuse'; readonly status: GrpcStatus; readonly text?: string }
  /** Ends the connection without doing anything. */
  | { readonly kind: 'reset' }
  /** Does what is asked; then the connection ends. */
  | { readonly kind: 'lose-answer' }
  /** Does and answers nothing until the fault is removed; then goes on as if nothing had been. */
  | { readonly kind: 'hold' }
  /** `Next`: answers at once, without a workflow. */
  | { readonly kind: 'nothing-to-do' }
  /** `Version`: says another version of the protocol. */
  | { readonly kind: 'speak'; readonly version: number }
  /** `Next`: hands a workflow out with other bytes than its own. */
  | { readonly kind: 'payload'; readonly bytes: Buffer };

/** A fault that was set. */
export interface WoodpeckerFault {
  /** Calls it met so far. */
  readonly hits: () => number;
  readonly remove: () => void;
}

/** What a call is about. */
export interface WoodpeckerFaultSubject {
  readonly call: AgentCallName;
  readonly workflow: string | undefined;
}

/** Misbehaviour on request. */
export interface WoodpeckerFaults {
  /** Until removed, or for the next `times` calls that it fits. Of several, the first that was set counts. */
  readonly add: (
    place: WoodpeckerFaultPlace,
    misbehaviour: WoodpeckerMisbehaviour,
    limit?: { readonly times: number },
  ) => WoodpeckerFault;
  /** No process listens any more: connections end and are refused until the returned function has resolved. */
  readonly refuseConnections: () => Promise<() => Promise<void>>;
  /**
   * Calls back when a call has come whole, before anything is done about it. `drop` ends its connection with nothing
   * done. Returns the way to stop.
   */
  readonly onCall: (arrived: (call: WoodpeckerFaultSubject) => 'carry-out' | 'drop') => () => void;
  /** The agent's process was killed: what it does not know of its last calls may show in the next. */
  readonly forgive: (workflow: string) => void;
}

/** The faults that are set. */
export interface WoodpeckerFaultBook {
  readonly add: WoodpeckerFaults['add'];
  readonly onCall: WoodpeckerFaults['onCall'];
  /** The fault for a call, if it is of one of these kinds; counts as met. */
  readonly take: <Kind extends WoodpeckerMisbehaviour['kind']>(
    subject: WoodpeckerFaultSubject,
    ...kinds: readonly Kind[]
  ) => TakenWoodpeckerFault<Kind> | undefined;
  /** Whether nothing is to be done about a call. */
  readonly isDropped: (subject: WoodpeckerFaultSubject) => boolean;
  /** Removes all. */
  readonly clear: () => void;
}

/** A fault that met a call. */
export interface TakenWoodpeckerFault<Kind extends WoodpeckerMisbehaviour['kind']> {
  readonly misbehaviour: Extract<WoodpeckerMisbehaviour, { readonly kind: Kind }>;
  readonly removed: Promise<void>;
}

interface SetFault {
  readonly place: WoodpeckerFaultPlace;
  readonly misbehaviour: WoodpeckerMisbehaviour;
  readonly removed: Deferred<void>;
  left: number;
  hits: number;
}

/** Starts with none. */
export function createWoodpeckerFaultBook(): WoodpeckerFaultBook {
  const faults = new Set<SetFault>();
  const listeners = new Set<Parameters<WoodpeckerFaults['onCall']>[0]>();
  const remove = (fault: SetFault): void => {
    faults.delete(fault);
    fault.removed.resolve();
  };
  return {
    add: (place, misbehaviour, limit) => {
      const left = limit?.times ?? Number.POSITIVE_INFINITY;
      const fault: SetFault = { place, misbehaviour, removed: deferred(), left, hits: 0 };
      faults.add(fault);
      return { hits: () => fault.hits, remove: () => remove(fault) };
    },
    onCall: (arrived) => {
      listeners.add(arrived);
      return () => void listeners.delete(arrived);
    },
    take: <Kind extends WoodpeckerMisbehaviour['kind']>(
      { call, workflow }: WoodpeckerFaultSubject,
      ...kinds: readonly Kind[]
    ): TakenWoodpeckerFault<Kind> | undefined => {
      for (const fault of faults) {
        const { place, misbehaviour } = fault;
        if (fault.left === 0 || !kinds.some((kind) => kind === misbehaviour.kind)) continue;
        if (place.call !== undefined && place.call !== call) continue;
        if (place.workflow !== undefined && place.workflow !== workflow) continue;
        fault.left -= 1;
        fault.hits += 1;
        return {
          misbehaviour: misbehaviour as TakenWoodpeckerFault<Kind>['misbehaviour'],
          removed: fault.removed.promise,
        };
      }
      return undefined;
    },
    isDropped: (subject) => [...listeners].map((arrived) => arrived(subject)).includes('drop'),
    clear: () => {
      for (const fault of faults) remove(fault);
    },
  };
}
