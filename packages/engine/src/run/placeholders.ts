import { RunnerError, type JsonObject, type JsonValue, type KubeObject } from '@millrace/core';

/** What a run knows when it creates an object. */
export interface PlaceholderValues {
  readonly attempt: number;
  /** Milliseconds since the epoch at which the unit, or the job, started. */
  readonly startedAt: number;
  /** Milliseconds since the epoch at which the job started. */
  readonly jobStartedAt: number;
  /** How the job stands. */
  readonly status: 'success' | 'failure';
  /** Pods that are there, by unit. */
  readonly pods: ReadonlyMap<string, KubeObject>;
}

/**
 * A manifest with its placeholders replaced by strings. Pure.
 * @throws RunnerError `MILLRACE_E_PLACEHOLDER` for one that is not known, or that names a pod which is not there
 */
export function fillPlaceholders(manifest: KubeObject, values: PlaceholderValues): KubeObject {
  return fill(manifest, values) as KubeObject;
}

function fill(value: JsonValue, values: PlaceholderValues): JsonValue {
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((item) => fill(item, values));
  if (typeof value !== 'object' || value === null) return value;
  const members = value as JsonObject;
  if (typeof members['$millrace'] === 'string') return valueOf(members, values);
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, member]) =>
      member === undefined ? [] : [[key, fill(member, values)]],
    ),
  );
}

function valueOf(
  placeholder: JsonObject,
  { attempt, startedAt, jobStartedAt, status, pods }: PlaceholderValues,
): string {
  const { $millrace: kind, of } = placeholder;
  if (kind === 'attempt') return String(attempt);
  if (kind === 'startedAt') return String(Math.floor(startedAt / 1000));
  if (kind === 'jobStartedAt') return String(Math.floor(jobStartedAt / 1000));
  if (kind === 'status') return status;
  const uid = typeof of === 'string' ? pods.get(of)?.metadata.uid : undefined;
  if (kind === 'uid' && uid !== undefined) return uid;
  throw new RunnerError(
    `the plan has the placeholder ${JSON.stringify(placeholder)}, which has no value here`,
    {
      code: 'MILLRACE_E_PLACEHOLDER',
      kind: 'system',
      hint: 'a uid is known only of units whose pod was made before',
    },
  );
}
