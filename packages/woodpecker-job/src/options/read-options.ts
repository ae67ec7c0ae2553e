import { lookupKey } from '@millrace/config';
import type { JsonObject, JsonValue, OptionRow } from '@millrace/core';
import { isObject, weakValue } from './weak-value.ts';

/** What a step's options say, and what is wrong with them. */
export interface ReadOptions {
  /** Values by the key of their row. */
  readonly values: ReadonlyMap<string, JsonValue>;
  /** The same as one object, keys as the rows name them. */
  readonly options: JsonObject;
  readonly faults: readonly OptionFault[];
}

/** An option that is not read, or that nobody knows. */
export interface OptionFault {
  readonly key: string;
  readonly message: string;
  /** Keys that might have been meant; absent where the key is known. */
  readonly known?: readonly string[];
  /** Key of what is left out with it. */
  readonly whole?: string;
}

/** Where a step's options for this backend stand. */
export const optionsPath = 'backend_options.kubernetes';

/** Reads all options of a step that rows know. */
export function readOptions(step: JsonObject, rows: readonly OptionRow[]): ReadOptions {
  const faults: OptionFault[] = [];
  const values = new Map<string, JsonValue>();
  const own = rows.filter(({ key }) => !key.startsWith('/'));
  const found = lookUp(step, optionsPath.split('.'));
  if (found === undefined || found === null) return { values, options: {}, faults };
  if (!isObject(found))
    return {
      values,
      options: {},
      faults: [{ key: '', message: `must be an object, not ${JSON.stringify(found)}` }],
    };
  const broken = new Set<string>();
  for (const { key, form, members, whole } of new Map(own.map((row) => [row.key, row])).values()) {
    const segments = key.split('.');
    const addFault = (at: string, message: string): void => {
      if (whole !== undefined) broken.add(whole);
      addOnce(faults, { key: at, message, ...(whole === undefined ? {} : { whole }) });
    };
    const blocked = segments
      .slice(0, -1)
      .map((_, index) => segments.slice(0, index + 1))
      .find((path) => !isTableOrNothing(lookUp(found, path)));
    if (blocked !== undefined) {
      addFault(
        blocked.join('.'),
        `must be an object, not ${JSON.stringify(lookUp(found, blocked))}`,
      );
      continue;
    }
    const value = weakValue(lookUp(found, segments), form, members, {
      key,
      fault: addFault,
      unknown: (at, known) => addOnce(faults, { key: at, message: 'is unknown', known }),
    });
    if (value !== undefined) values.set(key, value);
  }
  for (const { key, whole } of own)
    if (whole !== undefined && broken.has(whole)) values.delete(key);
  const keys = own.map(({ key }) => key);
  for (const fault of unknownKeys(found, keys, '')) addOnce(faults, fault);
  return { values, options: objectOf(values), faults };
}

/** Follows a path, matching names in any case. */
export function lookUp(
  value: JsonValue | undefined,
  path: readonly string[],
): JsonValue | undefined {
  let current = value;
  for (const segment of path) {
    if (!isObject(current)) return undefined;
    const key = lookupKey(current, segment);
    current = key === undefined ? undefined : current[key];
  }
  return current;
}

const isTableOrNothing = (value: JsonValue | undefined): boolean =>
  value === undefined || value === null || isObject(value);

function addOnce(faults: OptionFault[], fault: OptionFault): void {
  if (!faults.some(({ key }) => key === fault.key)) faults.push(fault);
}

function unknownKeys(
  value: JsonObject,
  keys: readonly string[],
  prefix: string,
): readonly OptionFault[] {
  return Object.entries(value).flatMap(([name, member]): readonly OptionFault[] => {
    const key = `${prefix}${name}`;
    const folded = key.toLowerCase();
    if (keys.some((known) => known.toLowerCase() === folded)) return [];
    if (keys.some((known) => known.toLowerCase().startsWith(`${folded}.`)))
      return isObject(member) ? unknownKeys(member, keys, `${key}.`) : [];
    return [{ key, message: 'is unknown', known: [...new Set(keys)] }];
  });
}

function objectOf(values: ReadonlyMap<string, JsonValue>): JsonObject {
  let object: JsonObject = {};
  for (const [key, value] of values) object = withValue(object, key.split('.'), value);
  return object;
}

function withValue(object: JsonObject, path: readonly string[], value: JsonValue): JsonObject {
  const [first = '', ...rest] = path;
  const inner = object[first];
  return {
    ...object,
    [first]: rest.length === 0 ? value : withValue(isObject(inner) ? inner : {}, rest, value),
  };
}
