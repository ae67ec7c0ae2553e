import type { Clock } from '@millrace/core';
import type { Violations } from '../gitlab-server/violations.ts';
import type { TokenBook } from './access-token.ts';
import type { AgentBook, KeptAgent } from './agent-book.ts';
import { notFound, refusal } from './call-refusal.ts';
import type { AgentCallName, RequestOf, ResponseOf } from './calls.ts';
import type { TaskQueue } from './task-queue.ts';
import type { WoodpeckerFaultBook } from './woodpecker-faults.ts';
import type { KeptWorkflow, WorkflowBook } from './workflow-book.ts';

/** What all calls share. */
export interface WoodpeckerContext {
  readonly clock: Clock;
  readonly agents: AgentBook;
  readonly tokens: TokenBook;
  readonly workflows: WorkflowBook;
  readonly queue: TaskQueue;
  readonly violations: Violations;
  readonly faults: WoodpeckerFaultBook;
  /** Version of the protocol that the server says it speaks. */
  readonly protocol: number;
  /** Told of lines that came again, word by word. */
  readonly repeated: () => void;
}

/** Who calls. */
export interface Caller {
  readonly agent: KeptAgent;
  /** What it calls its host, in the metadata. */
  readonly hostname: string;
  /** Aborts when the client gives the call up. */
  readonly signal: AbortSignal;
  /** Takes a note of something that the protocol does not allow. */
  readonly breach: (sentence: string) => void;
}

/** How one call is carried out. */
export type Handler<Call extends AgentCallName> = (
  request: RequestOf<Call>,
  caller: Caller,
  context: WoodpeckerContext,
) => ResponseOf<Call> | Promise<ResponseOf<Call>>;

/** Seconds since the epoch. */
export const secondsOf = (clock: Clock): number => Math.floor(clock.now() / 1000);

/** Anything above is no time in seconds but in a smaller unit. */
export const latestSecond = 100_000_000_000;

/** @throws CallRefusal when the workflow belongs to another agent, or to none */
export function checkOwner({ agent }: Caller, workflow: KeptWorkflow): void {
  if (workflow.agent === agent.id) return;
  throw refusal(
    `agent is not allowed to interact with workflow where it's id is not already locked: ` +
      `agentId=${agent.id} workflowAgentId=${workflow.agent ?? 0}`,
  );
}

/**
 * The workflow that an agent speaks of.
 * @throws CallRefusal when there is none, or when it is not that agent's
 */
export function ownWorkflow(context: WoodpeckerContext, caller: Caller, id: string): KeptWorkflow {
  if (!/^[+-]?\d+$/u.test(id))
    throw refusal(`strconv.ParseInt: parsing ${JSON.stringify(id)}: invalid syntax`);
  const workflow = context.workflows.find(id);
  if (workflow === undefined) throw notFound();
  checkOwner(caller, workflow);
  return workflow;
}
