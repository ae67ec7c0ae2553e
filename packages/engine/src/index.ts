export { createGeneration, type Generation, type GenerationOptions } from './plan/generation.ts';
export { ENGINE } from './plan/engine-contributions.ts';
export { createKnownFacts, type KnownFacts } from './plan/known-facts.ts';
export { makePlan, type PlanInputs } from './plan/make-plan.ts';
export { refuseMissing } from './plan/refuse-missing.ts';
export { listHooks, listPlugins } from './plugins/list-plugins.ts';
export type { LoadedPlugin, PluginReference } from './plugins/load-plugins.ts';
export type { PeerTable } from './settings/peer-table.ts';
export { openDirectoryStore, type DirectoryStore } from './store/directory-store.ts';
export { memoryStore } from './store/memory-store.ts';
export {
  openKeptLog,
  type KeptLog,
  type KeptLogOptions,
  type LogSource,
  type LogWriter,
} from './store/kept-log.ts';
export { savedFile, type SavedFile } from './store/saved-file.ts';
export {
  createExecutor,
  type AdoptRequest,
  type Executor,
  type JobPorts,
  type RunRequest,
} from './run/executor.ts';
export type { ExecutorOptions, JobAccess } from './run/executor-options.ts';
export type { GivenUp, LostJob, Remains } from './run/give-up.ts';
export type { RunResult } from './run/run-result.ts';
export type { Leftover } from './run/sweep.ts';
export { defaultLimits, type RunLimits } from './run/unit-ports.ts';
export { executorPermissions } from './run/permissions.ts';
