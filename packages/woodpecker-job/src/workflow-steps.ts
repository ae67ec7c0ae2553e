import type { JsonObject } from '@millrace/core';
import { placedSteps } from './job-context.ts';
import { readWorkflow } from './payload/read-workflow.ts';

/** A step of a workflow and the unit that runs it. */
export interface WorkflowStep {
  readonly unit: string;
  readonly uuid: string;
  readonly name: string;
}

/** What a workflow is about, for whoever reports it. */
export interface WorkflowFacts {
  readonly timeoutSeconds: number;
  /** In the order of the stages. */
  readonly steps: readonly WorkflowStep[];
  /** `owner/name`, empty where the server does not say. */
  readonly repository: string;
  readonly pipelineNumber: string;
}

/**
 * Reads what whoever reports a workflow has to know of its payload.
 * @throws RunnerError `MILLRACE_E_PAYLOAD`
 */
export function workflowFacts(payload: JsonObject): WorkflowFacts {
  const workflow = readWorkflow(payload);
  const steps = placedSteps(workflow);
  const environment = steps[0]?.step.environment ?? {};
  return {
    timeoutSeconds: workflow.timeoutSeconds,
    steps: steps.map(({ step: { uuid, name }, unit }) => ({ unit, uuid, name })),
    repository: environment['CI_REPO'] ?? '',
    pipelineNumber: environment['CI_PIPELINE_NUMBER'] ?? '',
  };
}
