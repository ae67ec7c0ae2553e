import type { JsonObject } from '@millrace/core';

/** What a runner says about itself with most calls. Keys are the wire's. */
export interface RunnerInfo {
  readonly name?: string;
  readonly version?: string;
  readonly revision?: string;
  /** As Go names it: `linux`. */
  readonly platform?: string;
  /** As Go names it: `amd64`, `arm64`. */
  readonly architecture?: string;
  readonly executor?: string;
  readonly shell?: string;
  readonly features: Readonly<Record<string, boolean>>;
  readonly config?: JsonObject;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Where a feature comes from: the executor and the shell know their own, the client what the protocol can. */
type FeatureSource = 'client' | 'executor' | 'nobody' | 'shell';

const featureSources: Readonly<Record<RunnerFeature, FeatureSource>> = {
  variables: 'executor',
  image: 'executor',
  services: 'executor',
  artifacts: 'executor',
  cache: 'executor',
  fallback_cache_keys: 'executor',
  shared: 'nobody',
  upload_multiple_artifacts: 'shell',
  upload_raw_artifacts: 'shell',
  session: 'executor',
  terminal: 'executor',
  refspecs: 'shell',
  masking: 'shell',
  proxy: 'executor',
  raw_variables: 'shell',
  artifacts_exclude: 'shell',
  multi_build_steps: 'shell',
  trace_reset: 'client',
  trace_checksum: 'client',
  trace_size: 'client',
  vault_secrets: 'shell',
  cancelable: 'client',
  return_exit_code: 'shell',
  service_variables: 'executor',
  service_multiple_aliases: 'executor',
  service_executor_opts: 'nobody',
  image_executor_opts: 'executor',
  cancel_gracefully: 'client',
  native_steps_integration: 'executor',
  two_phase_job_commit: 'client',
  job_inputs: 'client',
};

/** A feature that a runner can say it has. */
export type RunnerFeature =
  | 'variables'
  | 'image'
  | 'services'
  | 'artifacts'
  | 'cache'
  | 'fallback_cache_keys'
  | 'shared'
  | 'upload_multiple_artifacts'
  | 'upload_raw_artifacts'
  | 'session'
  | 'terminal'
  | 'refspecs'
  | 'masking'
  | 'proxy'
  | 'raw_variables'
  | 'artifacts_exclude'
  | 'multi_build_steps'
  | 'trace_reset'
  | 'trace_checksum'
  | 'trace_size'
  | 'vault_secrets'
  | 'cancelable'
  | 'return_exit_code'
  | 'service_variables'
  | 'service_multiple_aliases'
  | 'service_executor_opts'
  | 'image_executor_opts'
  | 'cancel_gracefully'
  | 'native_steps_integration'
  | 'two_phase_job_commit'
  | 'job_inputs';

/** The part of {@link RunnerInfo} that the program decides. */
export interface RunnerIdentityInfo {
  readonly name: string;
  readonly version: string;
  readonly revision: string;
  readonly platform: string;
  readonly architecture: string;
}

/** What `POST runners` says: no executor yet, so only what the protocol itself can. */
export function registrationInfo(identity: RunnerIdentityInfo): RunnerInfo {
  return { ...identity, features: features(['client']), config: { gpus: '' } };
}

/**
 * What a runner with the Kubernetes executor says.
 * @param options - `features` changes single ones; GitLab gives jobs by them
 */
export function kubernetesRunnerInfo(
  identity: RunnerIdentityInfo,
  options: {
    /** `bash` by default. */
    readonly shell?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly features?: Readonly<Partial<Record<RunnerFeature, boolean>>>;
  } = {},
): RunnerInfo {
  const { shell = 'bash', labels = {} } = options;
  return {
    ...identity,
    executor: 'kubernetes',
    shell,
    features: { ...features(['client', 'executor', 'shell']), ...options.features },
    config: { gpus: '' },
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}

function features(on: readonly FeatureSource[]): Readonly<Record<string, boolean>> {
  return Object.fromEntries(
    Object.entries(featureSources).map(([name, source]) => [name, on.includes(source)]),
  );
}
