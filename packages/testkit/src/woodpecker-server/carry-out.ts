import { registerAgent, reportHealth, tellVersion, unregisterAgent } from './agent-calls.ts';
import type { AgentCallName, RequestOf, ResponseOf } from './calls.ts';
import { breachesOfMetadata, checkSpokenVersion, type OwnMetadata } from './check-metadata.ts';
import type { Handler, WoodpeckerContext } from './server-context.ts';
import { storeLog, updateStep } from './step-calls.ts';
import {
  endWorkflow,
  extendLease,
  initWorkflow,
  nextWorkflow,
  waitForEnd,
} from './workflow-calls.ts';

/** A call that was read. */
export interface ReadCall {
  readonly call: AgentCallName;
  readonly request: unknown;
  readonly metadata: OwnMetadata;
  /** Aborts when the client gives the call up. */
  readonly signal: AbortSignal;
  /** Takes a note of something that the protocol does not allow. */
  readonly breach: (sentence: string) => void;
}

type Handlers = { readonly [Call in Exclude<AgentCallName, 'Auth'>]: Handler<Call> };

const handlers: Handlers = {
  Done: endWorkflow,
  Extend: extendLease,
  Init: initWorkflow,
  Log: storeLog,
  Next: nextWorkflow,
  RegisterAgent: registerAgent,
  ReportHealth: reportHealth,
  UnregisterAgent: unregisterAgent,
  Update: updateStep,
  Version: tellVersion,
  Wait: waitForEnd,
};

/**
 * Does what a call asks, once the client has shown who it is.
 * @throws CallRefusal
 */
export function carryOut(
  { call, request, metadata, signal, breach }: ReadCall,
  context: WoodpeckerContext,
): object | Promise<object> {
  if (call === 'Auth') {
    for (const sentence of breachesOfMetadata(call, metadata)) breach(sentence);
    return authenticate(request as RequestOf<'Auth'>, context);
  }
  const id = context.tokens.verify(metadata['token']);
  checkSpokenVersion(metadata);
  for (const sentence of breachesOfMetadata(call, metadata)) breach(sentence);
  const agent = context.agents.get(id);
  const handler = handlers[call] as Handler<AgentCallName>;
  return handler(
    request as RequestOf<AgentCallName>,
    { agent, hostname: metadata['hostname'] ?? '', signal, breach },
    context,
  );
}

function authenticate(
  { agent_token: token, agent_id: id }: RequestOf<'Auth'>,
  { agents, tokens }: WoodpeckerContext,
): ResponseOf<'Auth'> {
  const agent = agents.authenticate(token, id);
  return { status: 'ok', agent_id: agent.id, access_token: tokens.issue(agent.id) };
}
