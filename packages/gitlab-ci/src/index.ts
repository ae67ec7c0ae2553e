export { decideJob, outcomeOf, type JobOutcome } from './decide-job.ts';
export { jobPayload, type FinishedJob, type JobPayloadOptions } from './job-payload.ts';
export { loadPipeline, type PipelineSource } from './load-pipeline.ts';
export type { GitFacts, JobWhen, Pipeline, PipelineJob } from './pipeline.ts';
