import { lookupKey, parseGoBool, parseGoInteger } from '@millrace/config';
import type { JsonObject, JsonValue, MemberShape, SettingForm } from '@millrace/core';

/** Where a value stands, and what is told about it. */
export interface WeakPlace {
  readonly key: string;
  /** A value, or a part of it, that cannot be read. */
  readonly fault: (key: string, message: string) => void;
  /** A member that nobody knows. */
  readonly unknown: (key: string, known: readonly string[]) => void;
}

/**
 * Reads a value as the agent's weak decoder does: numbers and booleans become text and back, one value becomes a list of
 * it and a list of maps one map, names of members match in any case. What cannot be read is left out and told; in a list
 * it counts as an empty element, as `null` does. Source: go-viper/mapstructure with weakly typed input.
 */
export function weakValue(
  value: JsonValue | undefined,
  form: SettingForm,
  members: MemberShape | undefined,
  place: WeakPlace,
): JsonValue | undefined {
  if (value === undefined || value === null) return undefined;
  const wrong = (wanted: string): JsonValue | undefined => {
    place.fault(place.key, `must be ${wanted}, not ${JSON.stringify(value)}`);
    return undefined;
  };
  switch (form) {
    case 'string':
      return weakText(value) ?? wrong('text');
    case 'boolean':
      return weakBoolean(value) ?? wrong('true or false');
    case 'integer':
    case 'number':
      return weakNumber(value) ?? wrong('a number');
    case 'string-list':
    case 'string-or-list':
      return each(value, place, (item, at) => weakValue(item, 'string', undefined, at) ?? '');
    case 'integer-list':
      return each(value, place, (item, at) => weakValue(item, 'integer', undefined, at) ?? 0);
    case 'table-list':
      return each(value, place, (item, at) => {
        if (item === null) at.fault(at.key, 'must be an object, not null');
        return weakValue(item, 'table', members, at) ?? {};
      });
    case 'string-map':
      return isObject(value)
        ? weakMap(value, place)
        : isList(value)
          ? mergedMaps(value, place)
          : wrong('an object');
    case 'table':
      return isObject(value) ? weakTable(value, members, place) : wrong('an object');
  }
}

function weakText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return withoutExponent(value);
  return typeof value === 'boolean' ? (value ? '1' : '0') : undefined;
}

/** A number in the fewest digits that tell it apart, `100000000000000000000000` rather than `1e+23`. */
function withoutExponent(value: number): string {
  const text = String(value);
  const [, sign = '', whole = '', fraction = '', exponent] =
    /^(-?)(\d)(?:\.(\d+))?e([-+]\d+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = `${whole}${fraction}`;
  const power = Number(exponent);
  return power < 0
    ? `${sign}0.${'0'.repeat(-power - 1)}${digits}`
    : `${sign}${digits.padEnd(power + 1, '0')}`;
}

function weakBoolean(value: JsonValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  return value === '' ? false : typeof value === 'string' ? parseGoBool(value) : undefined;
}

function weakNumber(value: JsonValue): number | undefined {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return undefined;
  return value === '' ? 0 : parseGoInteger(value);
}

function each(
  value: JsonValue,
  place: WeakPlace,
  read: (item: JsonValue, at: WeakPlace) => JsonValue,
): JsonValue {
  const items = isList(value) ? value : isObject(value) && isEmpty(value) ? [] : [value];
  return items.map((item, index) => read(item, { ...place, key: `${place.key}[${index}]` }));
}

/** One map of several, the later ones over the earlier; what follows a part that is none is left out. */
function mergedMaps(value: readonly JsonValue[], place: WeakPlace): JsonObject {
  let merged: JsonObject = {};
  for (const [index, item] of value.entries()) {
    const faults: (readonly [key: string, message: string])[] = [];
    const map = weakValue(item, 'string-map', undefined, {
      ...place,
      key: `${place.key}[${index}]`,
      fault: (...fault) => faults.push(fault),
    });
    if (isObject(map)) merged = { ...merged, ...map };
    for (const fault of faults) place.fault(...fault);
    if (faults.length > 0) break;
  }
  return merged;
}

function weakMap(value: JsonObject, place: WeakPlace): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      const at = { ...place, key: `${place.key}.${key}` };
      const text = member === null ? '' : weakValue(member, 'string', undefined, at);
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

function weakTable(
  value: JsonObject,
  members: MemberShape | undefined,
  place: WeakPlace,
): JsonObject {
  if (members === undefined) return value;
  const found = new Map<string, JsonValue>();
  const known = Object.keys(members);
  const claimed = new Set<string>();
  for (const [name, member] of Object.entries(members)) {
    const written = lookupKey(value, name);
    if (written === undefined) continue;
    claimed.add(written);
    const at = { ...place, key: `${place.key}.${name}` };
    const read =
      typeof member === 'string'
        ? weakValue(value[written], member, undefined, at)
        : 'table' in member
          ? weakValue(value[written], 'table', member.table, at)
          : weakValue(value[written], 'table-list', member.list, at);
    if (read !== undefined) found.set(name, read);
  }
  for (const key of Object.keys(value))
    if (!claimed.has(key)) place.unknown(`${place.key}.${key}`, known);
  return Object.fromEntries(found);
}

/** Whether a value is an object and not a list. */
export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value);

const isList = (value: JsonValue | undefined): value is readonly JsonValue[] =>
  Array.isArray(value);

/** Whether a list or an object has nothing in it. */
export const isEmpty = (value: JsonValue): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
