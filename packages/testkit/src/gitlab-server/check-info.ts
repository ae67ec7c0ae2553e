import type { JsonValue } from '@millrace/core';
import { checkFields, isObject } from './check-fields.ts';

/** Feature → whether `register` may claim it too. All are always there. */
const featureNames: Readonly<Record<string, boolean>> = {
  artifacts: false,
  artifacts_exclude: false,
  cache: false,
  cancel_gracefully: true,
  cancelable: true,
  fallback_cache_keys: false,
  image: false,
  image_executor_opts: false,
  job_inputs: true,
  masking: false,
  multi_build_steps: false,
  native_steps_integration: false,
  proxy: false,
  raw_variables: false,
  refspecs: false,
  return_exit_code: false,
  service_executor_opts: false,
  service_multiple_aliases: false,
  service_variables: false,
  services: false,
  session: false,
  shared: false,
  terminal: false,
  trace_checksum: true,
  trace_reset: true,
  trace_size: true,
  two_phase_job_commit: true,
  upload_multiple_artifacts: false,
  upload_raw_artifacts: false,
  variables: false,
  vault_secrets: false,
};

/** What is wrong with an `info`. A runner that only registers has no executor and no shell yet. */
export function checkInfo(
  where: string,
  info: JsonValue | undefined,
  caller: 'registering' | 'running',
): readonly string[] {
  const faults = checkFields(`${where}: info`, info, {
    name: 'text',
    version: 'text',
    revision: 'text',
    platform: 'text',
    architecture: 'text',
    features: 'object',
    config: 'object',
    labels: 'object?',
    ...(caller === 'running' ? ({ executor: 'text', shell: 'text' } as const) : {}),
  });
  if (!isObject(info)) return faults;
  const { features, config } = info;
  const featureFaults = checkFields(
    `${where}: info.features`,
    features,
    Object.fromEntries(Object.keys(featureNames).map((name) => [name, 'boolean'])),
  );
  const claims = isObject(features)
    ? Object.keys(features).filter((name) => features[name] === true && !featureNames[name])
    : [];
  const early = caller === 'registering' && claims.length > 0;
  return [
    ...faults,
    ...featureFaults,
    ...(early ? [`${where}: features of an executor are claimed: ${claims.join(', ')}`] : []),
    ...(isObject(config) && config['gpus'] === '' ? [] : [`${where}: info.config.gpus is not ""`]),
  ];
}
