export { woodpeckerBinding } from './bindings.ts';
export { createWoodpeckerJob, type WoodpeckerJob } from './create-woodpecker-job.ts';
export type { NativeSecret, WoodpeckerJobSettings } from './settings.ts';
export type { WoodpeckerJobOptions } from './woodpecker-job-options.ts';
export { workflowFacts, type WorkflowFacts, type WorkflowStep } from './workflow-steps.ts';
