import type { JsonObject, Placeholder } from '@millrace/core';
import type { Step } from '../payload/payload.ts';
import type { WoodpeckerJobOptions } from '../woodpecker-job-options.ts';
import { droneVariables } from './drone-variables.ts';
import { scriptVariables } from './script.ts';

/** A step's variables; some are known only when it starts. */
export type StepEnvironment = Readonly<Record<string, string | Placeholder>>;

/** What the server sent, and what the agent says about itself; its word counts (woodpecker/129). */
const sentEnvironment = (
  { environment }: Pick<Step, 'environment'>,
  { hostname, platform }: WoodpeckerJobOptions,
): Readonly<Record<string, string>> => ({
  ...environment,
  CI_MACHINE: hostname,
  CI_SYSTEM_PLATFORM: platform,
});

/**
 * All variables of a step. Those of Drone are copied from what was sent, before the agent's own replace that: so
 * `DRONE_BUILD_STARTED` is not the real start (woodpecker/139).
 */
export function stepEnvironment(step: Step, options: WoodpeckerJobOptions): StepEnvironment {
  const sent = sentEnvironment(step, options);
  return {
    ...sent,
    ...(step.type === 'plugin' ? droneVariables(sent) : {}),
    CI_PIPELINE_STATUS: { $millrace: 'status' },
    CI_PIPELINE_STARTED: { $millrace: 'jobStartedAt' },
    CI_STEP_STARTED: { $millrace: 'startedAt' },
    CI_STEP_TYPE: step.type,
    CI_STEP_NAME: step.name,
    ...(step.commands.length === 0 ? {} : scriptVariables(step.commands, step.workingDirectory)),
  };
}

/** The step as its options see it: with the agent's variables. */
export const completedStep = (step: Step, options: WoodpeckerJobOptions): JsonObject => ({
  ...step.raw,
  environment: sentEnvironment(step, options),
});
