import type { JsonObject, JsonValue } from '@millrace/core';
import { isObject } from './json-kind.ts';

const lists = ['initContainers', 'containers'] as const;

/** A `spec` and the containers that were taken out of it. */
export interface Pruned {
  readonly spec: JsonObject;
  readonly left: readonly string[];
}

/**
 * Takes containers out that a patch of a peer's pod names and ours does not have: a container that consists of what
 * was to be changed of it would stop the pod.
 */
export function withoutContainers(spec: JsonObject, names: readonly string[]): Pruned {
  const left: string[] = [];
  const isLeft = (container: JsonValue): boolean => {
    const name = isObject(container) ? container['name'] : undefined;
    if (typeof name !== 'string' || !names.includes(name)) return false;
    left.push(name);
    return true;
  };
  const kept = Object.entries(spec).flatMap(([key, value]) => {
    if (!(lists as readonly string[]).includes(key) || !Array.isArray(value)) return [[key, value]];
    const containers = (value as readonly JsonValue[]).filter((container) => !isLeft(container));
    return containers.length === 0 ? [] : [[key, containers]];
  });
  return left.length === 0
    ? { spec, left }
    : { spec: Object.fromEntries(kept) as JsonObject, left };
}
