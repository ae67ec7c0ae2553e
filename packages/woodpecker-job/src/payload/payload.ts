import type { JsonObject } from '@millrace/core';

/** A workflow as the server handed it out, under our names. */
export interface Workflow {
  /** The task's id as text; raw in labels, as the agent has it. */
  readonly id: string;
  readonly timeoutSeconds: number;
  /** Name of the workspace's volume as written. */
  readonly volume: string;
  readonly stages: readonly (readonly Step[])[];
  /** Values to hide in logs. */
  readonly secrets: readonly WorkflowSecret[];
}

/** A secret that the pipeline may use. */
export interface WorkflowSecret {
  readonly name: string;
  readonly value: string;
}

/** A step of a workflow. What is absent is empty or false. */
export interface Step {
  readonly name: string;
  readonly uuid: string;
  readonly orgId: number;
  /** `clone`, `service`, `plugin`, `commands`, `cache`. */
  readonly type: string;
  readonly image: string;
  readonly pull: boolean;
  readonly detach: boolean;
  readonly workingDirectory: string;
  readonly workspaceBase: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables whose value came from a secret, with that value. */
  readonly secretMapping: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly commands: readonly string[];
  /** `claim:/path` each. */
  readonly volumes: readonly string[];
  readonly onSuccess: boolean;
  readonly onFailure: boolean;
  /** `fail`, `ignore` or `cancel`. */
  readonly failure: string;
  readonly login: { readonly username: string; readonly password: string };
  readonly ports: readonly { readonly number: number; readonly protocol: string }[];
  readonly workflowLabels: Readonly<Record<string, string>>;
  /** As sent. */
  readonly raw: JsonObject;
}
