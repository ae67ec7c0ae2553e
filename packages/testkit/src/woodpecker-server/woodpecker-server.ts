import type { Clock } from '@millrace/core';
import type { GrpcStatus } from './call-refusal.ts';
import type { AgentCallName } from './calls.ts';
import type { StepReport, StepStatus } from './step-machine.ts';
import type { WireMessage } from './wire/message-fields.ts';
import type { WoodpeckerFaults } from './woodpecker-faults.ts';
import type { WorkflowSpec } from './workflow-book.ts';
import type { WorkflowStatus } from './workflow-outcome.ts';

/** A call as the server saw it. */
export interface SeenAgentCall {
  readonly name: AgentCallName;
  /** Metadata of the client's own. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What was asked, with all its fields. */
  readonly request: unknown;
  /** `OK`, another status, `reset` when its connection was ended, undefined while it is open. */
  readonly outcome: GrpcStatus | 'reset' | undefined;
}

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
  /** Tokens of single agents, which get the ids from 1 on. */
  readonly agentTokens?: readonly string[];
  /** PEM; without it there is no TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Listens on this socket file instead of a port. */
  readonly socketPath?: string;
  /** Time of leases, tokens and the ends of workflows; the system's by default. */
  readonly clock?: Clock;
}

/** An agent in the server's list. */
export interface ServerAgent {
  readonly id: number;
  readonly name: string;
  /** What it registered with. */
  readonly info: WireMessage<'AgentInfo'> | undefined;
}

/** A step as the server has it. */
export interface ServerStep {
  readonly uuid: string;
  readonly name: string;
  readonly status: StepStatus;
  readonly exitCode: number;
  readonly error: string;
}

/** A workflow as the server has it. */
export interface ServerWorkflow {
  readonly id: string;
  /** The agent that got it. */
  readonly agent: number | undefined;
  readonly status: WorkflowStatus;
  /** That of its pipeline, which follows from all its workflows and from whether somebody canceled it. */
  readonly pipelineStatus: WorkflowStatus | 'canceled';
  readonly error: string;
  readonly steps: readonly ServerStep[];
}

/** A Woodpecker server for tests: it hands workflows out, keeps what agents say, and takes notes of every breach. */
export interface WoodpeckerServer {
  /** For `WOODPECKER_SERVER`. */
  readonly address: string;
  readonly secret: string;
  readonly addWorkflow: (spec: WorkflowSpec) => void;
  /** Puts a workflow into the queue whose payload is no JSON. */
  readonly addBrokenWorkflow: (id: string, payload: string) => void;
  /** @throws Error when there is no such workflow, as all that take an id or the name of a step */
  readonly workflow: (id: string) => ServerWorkflow;
  /** Resolves when the workflow is over. */
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
  /** Resolves when a condition holds; it is asked when a call has come or ended, and when polls or leases change. */
  readonly until: (condition: () => boolean) => Promise<void>;
  readonly logOf: (id: string, step: string) => readonly string[];
  /** How many lines came again, word by word; none, unless an agent was killed or an answer was lost. */
  readonly repeatedLines: () => number;
  /** What was said of a step, in order, accepted or not. */
  readonly updatesOf: (id: string, step: string) => readonly StepReport[];
  /** Somebody cancels the pipeline of a workflow. */
  readonly cancel: (id: string) => void;
  /** The server's time for the workflow is up. */
  readonly expire: (id: string) => void;
  /** Sets a fault that answers with a status; `faults` has the others. */
  readonly fail: (fault: AgentFault) => void;
  /** Told of each call to come, before it is answered; the one that listened before is not told any more. */
  readonly onCall: (listener: (name: AgentCallName) => void) => void;
  /** Calls from now on carry a token that is not good any more. */
  readonly revokeTokens: () => void;
  /** Polls that are held at the moment. */
  readonly heldPolls: () => number;
  /** Answers them with nothing. */
  readonly releasePolls: () => void;
  readonly agents: () => readonly ServerAgent[];
  readonly calls: () => readonly SeenAgentCall[];
  readonly faults: WoodpeckerFaults;
  /** What an agent did that a server does not expect. */
  readonly violations: () => readonly string[];
  /** Ends every connection. */
  readonly close: () => Promise<void>;
}
