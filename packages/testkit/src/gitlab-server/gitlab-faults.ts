import { deferred, type Deferred } from '@millrace/async';

/** Calls of the runner's API, and `git` for everything under a repository. `final`, `confirm` and `touch` are PUTs. */
export type CallName =
  | 'confirm'
  | 'final'
  | 'git'
  | 'patch'
  | 'register'
  | 'request'
  | 'reset-token'
  | 'touch'
  | 'unregister'
  | 'verify';

/** Which requests a fault is for; absent members mean any. */
export interface FaultPlace {
  readonly call?: CallName;
  /** Id of the job that the request is about. */
  readonly job?: number;
}

/** How the server misbehaves. */
export type Misbehaviour =
  /** Answers without doing anything. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly message?: string;
    }
  /** Ends the connection without doing anything. */
  | { readonly kind: 'reset' }
  /** Does what is asked; then the connection ends, or something in between answers with `status`. */
  | { readonly kind: 'lose-answer'; readonly status?: number }
  /** Does and answers nothing until the fault is removed; then goes on as if nothing had been. */
  | { readonly kind: 'hold' }
  /** Reads the body in small bites. */
  | { readonly kind: 'slow-reader'; readonly bytesPerTurn: number }
  /** A final update: 202, the trace is still being put away. */
  | { readonly kind: 'not-yet' }
  /** A final update: the server lost what it had of the trace, and says 412. */
  | { readonly kind: 'forget-trace' };

/** A fault that was set. */
export interface Fault {
  /** Requests it met so far. */
  readonly hits: () => number;
  readonly remove: () => void;
}

/** Misbehaviour on request. */
export interface GitlabFaults {
  /** Until removed, or for the next `times` requests that it fits. Of several, the first that was set counts. */
  readonly add: (
    place: FaultPlace,
    misbehaviour: Misbehaviour,
    limit?: { readonly times: number },
  ) => Fault;
  /** No process listens any more: connections are refused until the returned function has resolved. */
  readonly refuseConnections: () => Promise<() => Promise<void>>;
  /**
   * Calls back when a call of the API has come whole, before anything is done about it. `drop` ends its connection with
   * nothing done. Returns the way to stop.
   */
  readonly onCall: (arrived: (call: FaultSubject) => 'carry-out' | 'drop') => () => void;
  /** The runner's process was killed: what it does not know of its last requests may show in its next range. */
  readonly forgive: (job: number) => void;
}

/** What a request is. */
export interface FaultSubject {
  readonly call: CallName | undefined;
  readonly job: number | undefined;
}

/** The faults that are set. */
export interface FaultBook {
  readonly add: GitlabFaults['add'];
  /** The fault for a request; counts as met. */
  readonly take: (
    subject: FaultSubject,
    kinds: readonly Misbehaviour['kind'][],
  ) => TakenFault | undefined;
  readonly onCall: GitlabFaults['onCall'];
  /** Whether nothing is to be done about a call. */
  readonly isDropped: (call: FaultSubject) => boolean;
  /** Removes all. */
  readonly clear: () => void;
}

/** A fault that met a request. */
export interface TakenFault {
  readonly misbehaviour: Misbehaviour;
  readonly removed: Promise<void>;
}

interface SetFault extends TakenFault {
  readonly place: FaultPlace;
  left: number;
  hits: number;
  readonly remove: () => void;
}

/** Starts with none. */
export function createFaultBook(): FaultBook {
  const faults: SetFault[] = [];
  const listeners = new Set<Parameters<GitlabFaults['onCall']>[0]>();
  const add: FaultBook['add'] = (place, misbehaviour, limit) => {
    const removed: Deferred<void> = deferred();
    const fault: SetFault = {
      place,
      misbehaviour,
      removed: removed.promise,
      left: limit?.times ?? Number.POSITIVE_INFINITY,
      hits: 0,
      remove: () => {
        const at = faults.indexOf(fault);
        if (at >= 0) faults.splice(at, 1);
        removed.resolve();
      },
    };
    faults.push(fault);
    return { hits: () => fault.hits, remove: fault.remove };
  };
  const fits = ({ place }: SetFault, { call, job }: FaultSubject): boolean =>
    (place.call === undefined || place.call === call) &&
    (place.job === undefined || place.job === job);
  return {
    add,
    take: (subject, kinds) => {
      const fault = faults.find(
        (each) => each.left > 0 && kinds.includes(each.misbehaviour.kind) && fits(each, subject),
      );
      if (fault === undefined) return undefined;
      fault.left -= 1;
      fault.hits += 1;
      return fault;
    },
    onCall: (arrived) => {
      listeners.add(arrived);
      return () => void listeners.delete(arrived);
    },
    isDropped: (call) => [...listeners].map((arrived) => arrived(call)).includes('drop'),
    clear: () => {
      for (const fault of faults.slice()) fault.remove();
    },
  };
}
