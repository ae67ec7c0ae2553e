import { lookupKey } from '@millrace/config';
import type { JsonObject, JsonValue } from '@millrace/core';
import type { PeerTable } from './peer-table.ts';

/** A key as the operator wrote it. */
export interface FoundKey {
  readonly value: JsonValue;
  /** In the file. */
  readonly path: readonly (string | number)[];
}

/** Follows a row's dotted key, matching names as the peer does. */
export function findKey(key: string, table: PeerTable): FoundKey | undefined {
  const dotted = key.startsWith('/') ? key.slice(1) : `${table.podsKey}.${key}`;
  let value: JsonValue | undefined = table.runner;
  const path: (string | number)[] = [...table.runnerPath];
  for (const segment of dotted.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const written = lookupKey(value, segment);
    if (written === undefined) return undefined;
    value = (value as JsonObject)[written];
    path.push(written);
  }
  return value === undefined ? undefined : { value, path };
}

/** Whether two names are one to the peer. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
