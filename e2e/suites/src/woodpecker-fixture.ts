import type { JsonObject } from '@millrace/core';

/** A step of a workflow, as a test wants it. */
export interface StepSpec {
  readonly name: string;
  readonly commands?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly type?: 'clone' | 'service' | 'plugin' | 'commands';
  readonly detach?: boolean;
  readonly onFailure?: boolean;
  readonly onSuccess?: boolean;
  readonly failure?: 'fail' | 'ignore';
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly options?: JsonObject;
  /** Another than the workflow's. */
  readonly image?: string;
  readonly pull?: boolean;
  /** For the registry of the image. */
  readonly login?: { readonly username: string; readonly password: string };
}

/** What a workflow needs besides its steps. */
export interface PayloadOptions {
  /** Unique; names of the workflow's objects come from it. */
  readonly id: string;
  readonly image: string;
  readonly secrets?: readonly { readonly name: string; readonly value: string }[];
}

/** What a server sends to an agent. Steps of one list run at the same time. */
export function workflowPayload(
  stages: readonly (readonly StepSpec[])[],
  { id, image, secrets = [] }: PayloadOptions,
): JsonObject {
  const volume = `wp_${id}_0_default`;
  return {
    pipeline: stages.map((steps, stage) => ({
      steps: steps.map((step, index) => ({
        name: step.name,
        uuid: `${id}-${stage}-${index}`.toUpperCase(),
        org_id: 1,
        type: step.type ?? 'commands',
        image: step.image ?? image,
        pull: step.pull ?? false,
        detach: step.detach ?? step.type === 'service',
        working_dir: '/woodpecker/src/example.org/acme/demo',
        workspace_base: '/woodpecker',
        environment: {
          CI_REPO: 'acme/demo',
          CI_PIPELINE_NUMBER: '7',
          ...step.environment,
          ...step.secrets,
        },
        ...(step.secrets === undefined ? {} : { secret_mapping: step.secrets }),
        commands: step.commands ?? ['true'],
        ...(step.entrypoint === undefined ? {} : { entrypoint: step.entrypoint }),
        volumes: [`${volume}:/woodpecker`],
        networks: [{ name: volume, aliases: [step.name] }],
        on_success: step.onSuccess ?? true,
        on_failure: step.onFailure ?? false,
        failure: step.failure ?? 'fail',
        auth_config: step.login ?? {},
        workflow_labels: { 'woodpecker-ci.org/repo-id': '5' },
        ...(step.options === undefined ? {} : { backend_options: { kubernetes: step.options } }),
      })),
    })),
    network: volume,
    volume,
    secrets,
  };
}
