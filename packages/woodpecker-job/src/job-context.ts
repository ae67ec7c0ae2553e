import { createToken, type JobRequest, type Token } from '@millrace/core';
import type { SteppedUnit } from './options/interpret-options.ts';
import { completedStep } from './environment/step-environment.ts';
import { podNameOf, unitIdOf } from './names.ts';
import type { Step, Workflow } from './payload/payload.ts';
import { readWorkflow } from './payload/read-workflow.ts';
import type { WoodpeckerJobOptions } from './woodpecker-job-options.ts';

/** A step with its place in the workflow. */
export interface PlacedStep {
  readonly step: Step;
  readonly unit: string;
  readonly podName: string;
  /** Units of the nearest stage before that has any. */
  readonly after: readonly string[];
}

/** A workflow as it is known before any plugin's settings are settled. */
export interface JobContext {
  readonly request: JobRequest;
  readonly workflow: Workflow;
  readonly steps: readonly PlacedStep[];
  readonly stepped: readonly SteppedUnit[];
  readonly options: WoodpeckerJobOptions;
}

/** The workflow's context; made once a job. */
export const JobContextToken: Token<JobContext> = createToken(
  '@millrace/woodpecker-job/context',
  'job',
);

/**
 * Makes a workflow's context.
 * @throws RunnerError `MILLRACE_E_PAYLOAD` when a field has another type than Woodpecker's, `MILLRACE_E_NAME` when no name
 *   can be made for a step's pod
 */
export function jobContext(request: JobRequest, options: WoodpeckerJobOptions): JobContext {
  const workflow = readWorkflow(request.payload);
  const steps = placedSteps(workflow);
  const stepped = steps.map(({ step, unit }) => ({
    unit,
    name: step.name,
    step: completedStep(step, options),
  }));
  return { request, workflow, steps, stepped, options };
}

/** Steps with their units, in the order of the stages. */
export function placedSteps({ stages }: Workflow): readonly PlacedStep[] {
  const placed: PlacedStep[] = [];
  let before: readonly string[] = [];
  for (const stage of stages) {
    const own = stage.map((step, index) => ({
      step,
      unit: unitIdOf(step, placed.length + index),
      podName: podNameOf(step),
      after: before,
    }));
    placed.push(...own);
    if (own.length > 0) before = own.map(({ unit }) => unit);
  }
  return placed;
}
