import type { JsonObject, JsonValue } from '@millrace/core';
import { environmentVariables } from './variables/job-variables.ts';
import { resolveFlags } from './variables/resolve-flags.ts';

/** How the log of one job is written and uploaded, by its payload and its runner's configuration. */
export interface JobLogSettings {
  /** `FF_TIMESTAMPS` */
  readonly timestamps: boolean;
  /** `FF_MASK_ALL_DEFAULT_TOKENS` */
  readonly masksAllTokens: boolean;
  /** `features.token_mask_prefixes` */
  readonly tokenPrefixes: readonly string[];
  /** `FF_USE_DYNAMIC_TRACE_FORCE_SEND_INTERVAL` */
  readonly dynamicSilence: boolean;
  /** `CI_DEBUG_TRACE` or `CI_DEBUG_SERVICES`: the log may show secrets. */
  readonly debug: boolean;
  /** `features.failure_reasons`: what the server knows. */
  readonly failureReasons: readonly string[];
}

/** The runner's own part. */
export interface LogConfiguration {
  readonly featureFlags: Readonly<Record<string, boolean>>;
  /** `KEY=VALUE` */
  readonly environment: readonly string[];
}

/** Reads them. Fields of another type than GitLab's count as absent: the job itself is refused for them. */
export function jobLogSettings(
  payload: JsonObject,
  { featureFlags, environment }: LogConfiguration,
): JobLogSettings {
  const sent = objects(payload['variables']).map(({ key, value }) => ({
    key: text(key),
    value: text(value),
  }));
  const variables = [...environmentVariables(environment), ...sent];
  const valueOf = (name: string): string | undefined =>
    variables.findLast(({ key }) => key === name)?.value;
  const flags = resolveFlags(featureFlags, valueOf);
  const [features = {}] = objects([payload['features'] ?? {}]);
  return {
    timestamps: flags.isOn('FF_TIMESTAMPS'),
    masksAllTokens: flags.isOn('FF_MASK_ALL_DEFAULT_TOKENS'),
    tokenPrefixes: texts(features['token_mask_prefixes']),
    dynamicSilence: flags.isOn('FF_USE_DYNAMIC_TRACE_FORCE_SEND_INTERVAL'),
    debug: ['CI_DEBUG_TRACE', 'CI_DEBUG_SERVICES'].some((name) => valueOf(name) === 'true'),
    failureReasons: texts(features['failure_reasons']),
  };
}

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

const list = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : [];

const texts = (value: JsonValue | undefined): readonly string[] =>
  list(value).filter((entry) => typeof entry === 'string');

const objects = (value: JsonValue | undefined): readonly JsonObject[] =>
  list(value).filter(
    (entry): entry is JsonObject =>
      typeof entry === 'object' && entry !== null && !Array.isArray(entry),
  );
