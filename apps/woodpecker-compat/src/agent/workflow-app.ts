import { isRunnerError } from '@millrace/core';
import { woodpeckerLabelValue } from '@millrace/kube-objects';
import type { WorkflowFacts } from '@millrace/woodpecker-job';

/** A workflow as it is remembered for another process. Plain JSON. */
export interface WorkflowApp {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly facts: WorkflowFacts;
}

/** Of a workflow of which nothing can be read. */
export const noFacts: WorkflowFacts = {
  timeoutSeconds: 0,
  steps: [],
  repository: '',
  pipelineNumber: '',
};

/** What a workflow is called among the records. */
export const recordName = (id: string): string => woodpeckerLabelValue(id) || 'workflow';

/** Uuids of all steps of a workflow of which none has begun. */
export const allSteps = ({ facts }: WorkflowApp): readonly string[] =>
  facts.steps.map(({ uuid }) => uuid);

/** A time as the server has it. */
export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** What went wrong, in a sentence for the log. */
export const wordsOf = (failure: unknown): string =>
  failure instanceof Error ? failure.message : String(failure);

/** The server is gone for good: the agent ends. */
export const isServerLost = (failure: unknown): boolean =>
  isRunnerError(failure) && failure.code === 'MILLRACE_E_WOODPECKER_LOST';
