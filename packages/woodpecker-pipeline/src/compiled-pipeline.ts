import type { ConfigProblem } from '@millrace/config';
import type { BackendConfig } from './payload.ts';
import type { RunState, WorkflowFile } from './workflow-file.ts';

/** One workflow of a pipeline: a file, or one combination of its matrix. */
export interface CompiledWorkflow {
  /** Of the file, without folder, leading dot and ending. */
  readonly name: string;
  /** From 1, as the server counts. */
  readonly number: number;
  /** Variables of its combination; empty without a matrix. */
  readonly matrix: Readonly<Record<string, string>>;
  /** Names of the workflows that must have ended before. */
  readonly dependsOn: readonly string[];
  /** With which outcome of those it runs; empty: success. */
  readonly runsOn: readonly RunState[];
  readonly labels: Readonly<Record<string, string>>;
  /** What an agent gets. */
  readonly config: BackendConfig;
}

/** A workflow that this run leaves out. */
export interface SkippedWorkflow {
  readonly name: string;
  readonly matrix: Readonly<Record<string, string>>;
  /** A sentence for people. */
  readonly reason: string;
}

/** A compiled pipeline. */
export interface CompiledPipeline {
  /** In an order in which they can run one after the other. */
  readonly workflows: readonly CompiledWorkflow[];
  readonly skipped: readonly SkippedWorkflow[];
  readonly warnings: readonly ConfigProblem[];
}

/** A compiled workflow with the places of its dependencies. */
export interface WorkflowDraft {
  readonly workflow: CompiledWorkflow;
  readonly dependsOn: WorkflowFile['dependsOn'];
}
