/** What one call is told besides its request. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/** What the server is. */
export interface ServerVersion {
  /** Version of the protocol. */
  readonly protocol: number;
  readonly server: string;
}

/** What an agent says of itself. */
export interface AgentInfo {
  /** `os/arch`, as Go names them. */
  readonly platform: string;
  /** Workflows at the same time. */
  readonly capacity: number;
  readonly backend: string;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A workflow, as the server hands it out. */
export interface WorkflowOffer {
  readonly id: string;
  /** 0: the server does not say. */
  readonly timeoutMinutes: number;
  /** JSON. */
  readonly payload: Uint8Array;
}

/** How a workflow stands. Times are seconds since the epoch; 0: not yet. */
export interface WorkflowState {
  readonly started: number;
  readonly finished: number;
  readonly error: string;
  readonly canceled: boolean;
}

/** How a step stands. Times are seconds since the epoch; 0: not yet. */
export interface StepState {
  readonly stepUuid: string;
  readonly started: number;
  readonly finished: number;
  readonly exited: boolean;
  readonly exitCode: number;
  readonly error: string;
  readonly canceled: boolean;
  readonly skipped: boolean;
}

/** One line of a step's log. */
export interface LogEntry {
  readonly stepUuid: string;
  /** Whole seconds since the step's log was opened. */
  readonly time: number;
  /** From 0 in each step. */
  readonly line: number;
  /** Without its line break. */
  readonly data: Uint8Array;
}

/**
 * A Woodpecker server, as an agent talks to it. Calls that are retried end with `MILLRACE_E_WOODPECKER_CALL` when the
 * server refuses, `MILLRACE_E_WOODPECKER_RETRIES` when their time is up, and `MILLRACE_E_WOODPECKER_LOST` when it was up
 * without a connection; all end with the signal's reason when it aborts.
 */
export interface WoodpeckerServer {
  /** Shows the secret; once, without retries. From then on the token is kept fresh. */
  readonly authenticate: (options: CallOptions) => Promise<void>;
  readonly agentId: () => number;
  /**
   * Asks for the server's version; once, without retries.
   * @throws RunnerError `MILLRACE_E_WOODPECKER_VERSION` when it speaks another version of the protocol
   */
  readonly version: (options: CallOptions) => Promise<ServerVersion>;
  /** Registers the agent; once, without retries. */
  readonly register: (info: AgentInfo, options: CallOptions) => Promise<number>;
  /** Takes the agent off the server's list; once, and only while there is a connection. */
  readonly unregister: (options: CallOptions) => Promise<void>;
  readonly reportHealth: (options: CallOptions) => Promise<void>;
  /**
   * Waits for a workflow.
   * @param labels - not empty: a server ends at the sight of a filter without labels
   * @returns undefined when there is none and the server wants to be asked again
   */
  readonly next: (
    labels: Readonly<Record<string, string>>,
    options: CallOptions,
  ) => Promise<WorkflowOffer | undefined>;
  readonly init: (id: string, state: WorkflowState, options: CallOptions) => Promise<void>;
  /** Waits until the workflow is over; whether somebody canceled it. */
  readonly wait: (id: string, options: CallOptions) => Promise<{ readonly canceled: boolean }>;
  readonly extend: (id: string, options: CallOptions) => Promise<void>;
  readonly update: (id: string, state: StepState, options: CallOptions) => Promise<void>;
  readonly log: (entries: readonly LogEntry[], options: CallOptions) => Promise<void>;
  readonly done: (id: string, state: WorkflowState, options: CallOptions) => Promise<void>;
  readonly isConnected: () => boolean;
  readonly close: () => void;
}
