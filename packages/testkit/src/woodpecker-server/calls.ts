import type { MessageName, WireMessage } from './wire/message-fields.ts';

/** A call of an agent. */
export type AgentCallName =
  | 'Auth'
  | 'Done'
  | 'Extend'
  | 'Init'
  | 'Log'
  | 'Next'
  | 'RegisterAgent'
  | 'ReportHealth'
  | 'UnregisterAgent'
  | 'Update'
  | 'Version'
  | 'Wait';

/** The messages of each call. */
export const messagesOf = {
  Auth: { request: 'AuthRequest', response: 'AuthResponse' },
  Done: { request: 'DoneRequest', response: 'Empty' },
  Extend: { request: 'ExtendRequest', response: 'Empty' },
  Init: { request: 'InitRequest', response: 'Empty' },
  Log: { request: 'LogRequest', response: 'Empty' },
  Next: { request: 'NextRequest', response: 'NextResponse' },
  RegisterAgent: { request: 'RegisterAgentRequest', response: 'RegisterAgentResponse' },
  ReportHealth: { request: 'ReportHealthRequest', response: 'Empty' },
  UnregisterAgent: { request: 'Empty', response: 'Empty' },
  Update: { request: 'UpdateRequest', response: 'Empty' },
  Version: { request: 'Empty', response: 'VersionResponse' },
  Wait: { request: 'WaitRequest', response: 'WaitResponse' },
} as const;

/** With these a client says its host's name and its version of the protocol. */
export const introductions: readonly AgentCallName[] = ['RegisterAgent', 'ReportHealth', 'Version'];

/** Names of all calls, in no particular order. */
export const agentCalls: readonly AgentCallName[] = Object.keys(
  messagesOf,
) as readonly AgentCallName[];

/** The service that has a call; agents authenticate with one of their own. */
export const serviceOf = (call: AgentCallName): string =>
  call === 'Auth' ? 'proto.WoodpeckerAuth' : 'proto.Woodpecker';

/** What is asked with a call. */
export type RequestOf<Call extends AgentCallName> = WireMessage<
  Extract<(typeof messagesOf)[Call]['request'], MessageName>
>;

/** What it is answered; members that are left out have their defaults. */
export type ResponseOf<Call extends AgentCallName> = Partial<
  WireMessage<Extract<(typeof messagesOf)[Call]['response'], MessageName>>
>;
