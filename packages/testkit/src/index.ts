export type {
  ClusterFaults,
  ClusterHandle,
  SeenRequest,
  StreamKind,
} from './cluster/cluster-handle.ts';
export { startEmbeddedHandle, type EmbeddedHandleOptions } from './cluster/embedded-handle.ts';
export { recordRun, type RunRecorder } from './jobs/run-recorder.ts';
export {
  planSessionJob,
  type ScriptStage,
  type SessionJob,
  type SessionJobOptions,
} from './jobs/session-job.ts';
export {
  createPluginHarness,
  type HarnessOptions,
  type PluginHarness,
  type PluginUnderTest,
} from './plugin-harness.ts';
export { silentLogger } from './silent-logger.ts';
