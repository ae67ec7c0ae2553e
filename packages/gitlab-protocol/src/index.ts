export type { JobSignals } from './answers/job-signals.ts';
export type { JobOffer, JobRequestOutcome } from './answers/judge-job-request.ts';
export { judgeConfirmation, type JobUpdateOutcome } from './answers/judge-job-update.ts';
export type {
  RegisterOutcome,
  ResetTokenOutcome,
  RunnerCredentials,
  UnregisterOutcome,
  VerifyOutcome,
} from './answers/judge-runner-calls.ts';
export type { TracePatchOutcome } from './answers/judge-trace-patch.ts';
export type { Cancellable } from './calls/cancellable.ts';
export type { Reply } from './calls/reply.ts';
export { createGitlabClient, type GitlabClient } from './client/gitlab-client.ts';
export type { JobCalls, JobKey, TracePiece } from './client/job-calls.ts';
export {
  isCreatedRunnerToken,
  type RegisterRequest,
  type RunnerCalls,
} from './client/runner-calls.ts';
export type { GitlabClientOptions, SessionInfo } from './client/settings.ts';
export {
  createHealth,
  type HealthLimits,
  type HealthVerdict,
  type RunnerHealth,
} from './polling/health.ts';
export {
  createRequestConcurrency,
  type RequestConcurrency,
  type RequestedJob,
} from './polling/request-concurrency.ts';
export { createSlots, projectSlotKey, type Slots } from './polling/slots.ts';
export type { FinalRetry } from './trace/conclude-trace.ts';
export type { ServerRequest } from './trace/pace.ts';
export type { FinalOutcome, FinalResult } from './trace/trace-sender.ts';
export type { TraceSource } from './trace/trace-source.ts';
export { newTraceState, readTraceState, type TraceState } from './trace/trace-state.ts';
export {
  createTraceUploader,
  type TraceUploader,
  type TraceUploaderOptions,
} from './trace/trace-uploader.ts';
export type { ProxySettings } from './transport/choose-proxy.ts';
export {
  createTransport,
  defaultTransportLimits,
  type TransportLimits,
  type TransportOptions,
} from './transport/create-transport.ts';
export { withDiscoveredFiles, type TlsFiles } from './transport/tls-files.ts';
export type {
  HttpAnswer,
  HttpRequest,
  RequestBody,
  ServerTls,
  StreamedBody,
  Transport,
} from './transport/transport.ts';
export { acceptedFailureReason } from './wire/failure-reason.ts';
export type { JobUpdate, TraceOutput } from './wire/job-update.ts';
export {
  kubernetesRunnerInfo,
  registrationInfo,
  type RunnerFeature,
  type RunnerIdentityInfo,
  type RunnerInfo,
} from './wire/runner-info.ts';
