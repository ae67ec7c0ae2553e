import type { JsonObject } from '@millrace/core';

/** The backend configuration: the payload that a Woodpecker server sends to an agent. Absent keys are zero values. */
export type BackendConfig = {
  /** One after the other. */
  readonly pipeline: readonly BackendStage[];
  readonly network: string;
  readonly volume: string;
  /** Every secret of the pipeline, for masking. */
  readonly secrets: readonly { readonly name: string; readonly value: string }[];
};

/** Steps that run side by side. */
export type BackendStage = { readonly steps: readonly BackendStep[] };

/** A container of a workflow. */
export type BackendStep = {
  readonly name: string;
  readonly uuid: string;
  readonly org_id?: number;
  readonly type: 'clone' | 'service' | 'plugin' | 'commands';
  readonly image: string;
  readonly pull?: true;
  readonly detach?: true;
  readonly privileged?: true;
  readonly working_dir: string;
  readonly workspace_base: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secret_mapping?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly commands?: readonly string[];
  readonly extra_hosts?: readonly { readonly name: string; readonly ip: string }[];
  readonly volumes: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly devices?: readonly string[];
  readonly networks: readonly { readonly name: string; readonly aliases?: readonly string[] }[];
  readonly dns?: readonly string[];
  readonly dns_search?: readonly string[];
  readonly on_failure?: true;
  readonly on_success?: true;
  readonly failure: StepFailure;
  readonly auth_config: { readonly username?: string; readonly password?: string };
  readonly network_mode?: string;
  readonly ports?: readonly { readonly number: number; readonly protocol?: string }[];
  readonly backend_options?: JsonObject;
  readonly workflow_labels: Readonly<Record<string, string>>;
};

/** What a step's failure means for its workflow. */
export type StepFailure = 'fail' | 'ignore' | 'cancel';
