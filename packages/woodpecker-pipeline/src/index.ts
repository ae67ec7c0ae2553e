export { compilePipeline, type PipelineSource } from './compile-pipeline.ts';
export type { CompiledPipeline, CompiledWorkflow, SkippedWorkflow } from './compiled-pipeline.ts';
export {
  defaultClonePlugin,
  pipelineEvents,
  type CommitFacts,
  type PipelineContext,
  type PipelineEvent,
  type PipelineFacts,
  type PipelineSecret,
  type RepositoryFacts,
  type RepositoryTrust,
} from './context.ts';
export { decideWorkflow, type WorkflowOutcome } from './decide-workflow.ts';
export type { BackendConfig, BackendStage, BackendStep, StepFailure } from './payload.ts';
export type { RunState } from './workflow-file.ts';
