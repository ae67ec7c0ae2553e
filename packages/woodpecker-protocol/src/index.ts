export type {
  AgentInfo,
  CallOptions,
  LogEntry,
  ServerVersion,
  StepState,
  WoodpeckerServer,
  WorkflowOffer,
  WorkflowState,
} from './client/server.ts';
export {
  createWoodpeckerClient,
  protocolVersion,
  type WoodpeckerClientOptions,
} from './client/woodpecker-client.ts';
export { createLogQueue, type LogQueue, type LogQueueOptions } from './logs/log-queue.ts';
export { unknownAgent } from './session/session.ts';
export { serverWords, statusOf, type StatusName } from './transport/call-error.ts';
export type { ChannelSettings } from './transport/channel.ts';
