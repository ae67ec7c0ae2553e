export type {
  ClusterFaults,
  ClusterHandle,
  ClosedImage,
  ClusterImages,
  Rights,
  SeenRequest,
  StreamKind,
} from './cluster/cluster-handle.ts';
export { leftovers } from './cluster/leftovers.ts';
export { newUser } from './cluster/new-user.ts';
export {
  rawRequest,
  type ApiAddress,
  type RawRequest,
  type RawResponse,
} from './cluster/raw-request.ts';
export { startEmbeddedHandle, type EmbeddedHandleOptions } from './cluster/embedded-handle.ts';
export {
  definePluginConformance,
  type ConformanceOptions,
} from './conformance/plugin-conformance.ts';
export {
  planContainerJob,
  sharedObjects,
  stepContainer,
  type ContainerJobOptions,
  type ScriptUnit,
} from './jobs/container-job.ts';
export { recordRun, type RunRecorder } from './jobs/run-recorder.ts';
export {
  planSessionJob,
  type ScriptStage,
  type SessionJob,
  type SessionJobOptions,
} from './jobs/session-job.ts';
export type { TestJob } from './jobs/test-job.ts';
export type { HarnessOptions, PluginUnderTest } from './harness-options.ts';
export { createPluginHarness, type PluginHarness } from './plugin-harness.ts';
export { offering } from './offering.ts';
export { silentLogger } from './silent-logger.ts';
export {
  jobPayload,
  startGitlabServer,
  type CallName,
  type Fault,
  type FaultPlace,
  type FaultSubject,
  type GitAccess,
  type GitlabFaults,
  type GitlabServer,
  type GitlabServerOptions,
  type JobPayloadOptions,
  type Misbehaviour,
  type RepositoryFixture,
  type SeenCall,
  type SeenGitRequest,
  type ServerJob,
  type ServerJobState,
  type ServerRepository,
  type ServerRunner,
} from './gitlab-server/index.ts';
export { startWoodpeckerServer } from './woodpecker-server/start-woodpecker-server.ts';
export type { AgentCallName } from './woodpecker-server/calls.ts';
export type { GrpcStatus } from './woodpecker-server/call-refusal.ts';
export type { StepReport, StepStatus } from './woodpecker-server/step-machine.ts';
export type {
  WoodpeckerFault,
  WoodpeckerFaultPlace,
  WoodpeckerFaults,
  WoodpeckerFaultSubject,
  WoodpeckerMisbehaviour,
} from './woodpecker-server/woodpecker-faults.ts';
export type {
  AgentFault,
  SeenAgentCall,
  ServerAgent,
  ServerStep,
  ServerWorkflow,
  WoodpeckerServer,
  WoodpeckerServerOptions,
} from './woodpecker-server/woodpecker-server.ts';
export type { WorkflowSpec } from './woodpecker-server/workflow-book.ts';
export type { WorkflowStatus } from './woodpecker-server/workflow-outcome.ts';
