import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { isRecord, record, stringMap } from '../../store/json.ts';
import { changedFields, compareFields } from './compare-fields.ts';
import { differenceOf, noFields, type FieldSet } from './field-set.ts';
import { ownedFields } from './owned-fields.ts';
import type { Shape } from './shape.ts';

/** Where `kubectl apply` without a server's help keeps what it applied. */
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

function lastApplied(live: KubeObject | undefined): JsonObject | undefined {
  const kept = live?.metadata.annotations?.[annotation];
  if (kept === undefined) return undefined;
  try {
    const value = JSON.parse(kept) as JsonValue;
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Fields that `kubectl` may take because it applied them itself before it left that to the server: those that are still
 * as it applied them.
 */
export function allowedByClientSideApply(live: KubeObject | undefined, shape: Shape): FieldSet {
  const applied = lastApplied(live);
  if (applied === undefined) return noFields;
  const comparison = compareFields(applied, live, shape);
  const untouched = differenceOf(ownedFields(applied, shape), changedFields(comparison));
  return differenceOf(untouched, comparison.removed);
}

/** Keeps the annotation in step, so that `kubectl` can go back to applying by itself. */
export function withLastApplied(
  live: KubeObject | undefined,
  object: JsonObject,
  config: JsonObject,
  manager: string,
): JsonObject {
  if (manager !== 'kubectl' || live?.metadata.annotations?.[annotation] === undefined)
    return object;
  const { [annotation]: _own, ...others } = stringMap(config, 'metadata', 'annotations');
  const applied = {
    ...config,
    metadata: { ...record(config, 'metadata'), annotations: others },
  };
  const annotations = {
    ...record(object, 'metadata', 'annotations'),
    [annotation]: `${JSON.stringify(applied)}\n`,
  };
  return { ...object, metadata: { ...record(object, 'metadata'), annotations } };
}
