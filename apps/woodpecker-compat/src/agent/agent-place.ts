import type { Clock, JobStore, Logger } from '@millrace/core';
import type { Executor, Generation, KnownFacts } from '@millrace/engine';
import type { LogEntry, LogQueue, WoodpeckerServer } from '@millrace/woodpecker-protocol';
import type { AgentState } from './health.ts';
import type { LastWords } from './last-words.ts';
import type { LateEnds } from './late-ends.ts';

/** Where workflows run. */
export interface AgentPlace {
  readonly server: WoodpeckerServer;
  readonly logs: LogQueue<TakenEntry>;
  readonly generation: Generation;
  readonly executor: Executor;
  readonly facts: KnownFacts;
  readonly store: JobStore;
  /** Folder for what the server has of each workflow; undefined: it is remembered as long as the process lives. */
  readonly memory: string | undefined;
  /** The `millrace.dev/runner` label of the pods. */
  readonly runnerId: string;
  readonly hostname: string;
  readonly state: AgentState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newSeed: () => number;
  /** The process is told to end: workflows are canceled, their ends are still told. */
  readonly interrupt: AbortSignal;
  /** It is told so again: what runs is not waited for. */
  readonly abort: AbortSignal;
  /** For what the server must hear all the same. */
  readonly lastWords: LastWords;
  /** Ends of workflows that the server could not be told in time. */
  readonly late: LateEnds;
}

/** A line of a log, and what is to be noted once the server has it. */
export interface TakenEntry extends LogEntry {
  readonly taken: () => void;
  /** Resolves when that is where the next process finds it; the same function for all lines of a workflow. */
  readonly noted: () => Promise<void>;
}
