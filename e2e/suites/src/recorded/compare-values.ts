import type { JsonValue } from '@millrace/core';
import { isList, isObject } from './json-shape.ts';

/** What two values may differ in, by the path of the place. */
export interface CompareRules {
  /** The place is not looked at. */
  readonly skip: (
    where: string,
    expected: JsonValue | undefined,
    got: JsonValue | undefined,
  ) => boolean;
  /** Two texts count as the same here. */
  readonly sameText: (where: string, expected: string, got: string) => boolean;
  /** A key of a list element without its random parts. */
  readonly steadyKey: (key: string) => string;
  /** A name that the reference does not have, and that nothing is said about. */
  readonly addition: (key: string) => boolean;
}

type Maybe = JsonValue | undefined;

/** Keys by which the API server merges a list; other lists are compared in order. */
const listKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  ports: 'containerPort',
  hostAliases: 'ip',
  imagePullSecrets: 'name',
};
const sets = new Set(['tolerations', 'accessModes', 'add', 'drop']);

/**
 * Differences of two values, one line each. Absent, null, empty, `false` and `0` are equal.
 * @param where - path of the values, `Pod/spec/containers/build`
 */
export function compareValues(
  where: string,
  expected: Maybe,
  got: Maybe,
  rules: CompareRules,
): readonly string[] {
  if (rules.skip(where, expected, got)) return [];
  if (isList(expected) || isList(got)) return compareLists(where, expected, got, rules);
  if (isObject(expected) || isObject(got)) return compareObjects(where, expected, got, rules);
  if (expected === got || (isEmpty(expected) && isEmpty(got))) return [];
  if (
    typeof expected === 'string' &&
    typeof got === 'string' &&
    rules.sameText(where, expected, got)
  )
    return [];
  return [difference(where, expected, got)];
}

function compareObjects(
  where: string,
  expected: Maybe,
  got: Maybe,
  rules: CompareRules,
): readonly string[] {
  if (isEmpty(expected) && isEmpty(got)) return [];
  const left = expected ?? {};
  const right = got ?? {};
  if (!isObject(left) || !isObject(right)) return [difference(where, expected, got)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((key) => left[key] !== undefined || !rules.addition(key))
    .flatMap((key) =>
      compareValues(`${where}/${key.replaceAll('/', '~1')}`, left[key], right[key], rules),
    );
}

function compareLists(
  where: string,
  expected: Maybe,
  got: Maybe,
  rules: CompareRules,
): readonly string[] {
  const left = expected ?? [];
  const right = got ?? [];
  if (!isList(left) || !isList(right)) return [difference(where, expected, got)];
  const name = where.slice(where.lastIndexOf('/') + 1);
  const key = listKeys[name];
  const keyed = key === undefined ? undefined : byKey(left, right, key, rules.steadyKey);
  if (keyed !== undefined)
    return keyed.flatMap(([id, a, b]) => compareValues(`${where}/${id}`, a, b, rules));
  if (sets.has(name)) return compareSets(where, left, right);
  if (left.length !== right.length) return [difference(where, left, right)];
  return left.flatMap((element, at) => compareValues(`${where}/${at}`, element, right[at], rules));
}

type Pair = readonly [id: string, expected: Maybe, got: Maybe];

/** Elements paired by key; undefined when an element lacks the key or a key occurs twice. */
function byKey(
  left: readonly JsonValue[],
  right: readonly JsonValue[],
  key: string,
  steadyKey: CompareRules['steadyKey'],
): readonly Pair[] | undefined {
  const a = keyed(left, key, steadyKey);
  const b = keyed(right, key, steadyKey);
  if (a === undefined || b === undefined) return undefined;
  return [...new Set([...a.keys(), ...b.keys()])].map((id) => [id, a.get(id), b.get(id)]);
}

function keyed(
  list: readonly JsonValue[],
  key: string,
  steadyKey: CompareRules['steadyKey'],
): ReadonlyMap<string, JsonValue> | undefined {
  const found = new Map<string, JsonValue>();
  for (const element of list) {
    const value = isObject(element) ? element[key] : undefined;
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    const id = steadyKey(String(value));
    if (found.has(id)) return undefined;
    found.set(id, element);
  }
  return found;
}

function compareSets(
  where: string,
  left: readonly JsonValue[],
  right: readonly JsonValue[],
): readonly string[] {
  const without = (list: readonly JsonValue[], others: readonly JsonValue[]): JsonValue[] => {
    const known = new Set(others.map(canonical));
    return list.filter((element) => !known.has(canonical(element)));
  };
  const missing = without(left, right);
  const extra = without(right, left);
  return missing.length + extra.length === 0 ? [] : [difference(where, missing, extra)];
}

/** JSON text in which neither the order of members nor empty members matter. */
const canonical = (value: JsonValue): string =>
  JSON.stringify(value, (_key, inner: JsonValue) =>
    isObject(inner)
      ? Object.fromEntries(
          Object.entries(inner)
            .filter(([, member]) => !isEmpty(member))
            .toSorted(([a], [b]) => (a < b ? -1 : 1)),
        )
      : inner,
  );

const isEmpty = (value: Maybe): boolean =>
  !value ||
  (isList(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

/** One line for people. */
export const difference = (where: string, expected: unknown, got: unknown): string =>
  `${where}: expected ${short(expected)}, got ${short(got)}`;

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
