import type { JsonObject } from '@millrace/core';
import type { ServerWorkflow, StepReport, WorkflowStatus } from './workflow-book.ts';

/** A call as the server saw it. */
export interface SeenAgentCall {
  readonly name: AgentCallName;
  readonly metadata: Readonly<Record<string, string>>;
  readonly request: JsonObject;
}

/** A call of an agent. */
export type AgentCallName =
  | 'Auth'
  | 'Version'
  | 'Next'
  | 'Init'
  | 'Wait'
  | 'Done'
  | 'Extend'
  | 'Update'
  | 'Log'
  | 'RegisterAgent'
  | 'UnregisterAgent'
  | 'ReportHealth';

/** What a server does instead of an answer. */
export interface AgentFault {
  readonly call: AgentCallName;
  /** A gRPC status, by its number. */
  readonly code: number;
  readonly message: string;
  /** How often; once by default. */
  readonly times?: number;
}

/** How a server is to be. */
export interface WoodpeckerServerOptions {
  /** Version of the protocol that it says it speaks; 16 by default. */
  readonly protocol?: number;
  /** Milliseconds for which a workflow is an agent's without a sign of life; 60,000 by default. */
  readonly lease?: number;
}

/** A workflow for the queue. */
export interface WorkflowSpec {
  readonly id: string;
  readonly payload: JsonObject;
  readonly timeoutMinutes?: number;
  /** `repo: acme/demo` by default. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A Woodpecker server for tests: it hands workflows out, keeps what agents say, and takes notes of every breach. */
export interface WoodpeckerServer {
  /** For `WOODPECKER_SERVER`. */
  readonly address: string;
  readonly secret: string;
  readonly addWorkflow: (spec: WorkflowSpec) => void;
  /** Puts a workflow into the queue whose payload is no JSON. */
  readonly addBrokenWorkflow: (id: string, payload: string) => void;
  /** @throws Error when there is no such workflow */
  readonly workflow: (id: string) => ServerWorkflow;
  /** Resolves when the agent has said that the workflow is done. */
  readonly whenDone: (id: string) => Promise<WorkflowStatus>;
  /** Resolves when a line of a step's log has a text. */
  readonly whenLogged: (id: string, step: string, text: string) => Promise<void>;
  /** Resolves when something is said of a step. */
  readonly whenUpdated: (
    id: string,
    step: string,
    fits: (report: StepReport) => boolean,
  ) => Promise<void>;
  /** Resolves when the agent waits for work. */
  readonly whenPolled: () => Promise<void>;
  readonly logOf: (id: string, step: string) => readonly string[];
  /** How many lines came again, word by word; none, unless an agent was killed. */
  readonly repeatedLines: () => number;
  /** What was said of a step, in order. */
  readonly updatesOf: (id: string, step: string) => readonly StepReport[];
  /** Somebody cancels the workflow. */
  readonly cancel: (id: string) => void;
  /** The server's time for the workflow is up. */
  readonly expire: (id: string) => void;
  readonly fail: (fault: AgentFault) => void;
  /** Told of each call to come, before it is answered; the one that listened before is not told any more. */
  readonly onCall: (listener: (name: AgentCallName) => void) => void;
  /** Calls from now on carry a token that is not good any more. */
  readonly revokeTokens: () => void;
  readonly calls: () => readonly SeenAgentCall[];
  /** What an agent did that a server does not expect. */
  readonly violations: () => readonly string[];
  readonly close: () => Promise<void>;
}
