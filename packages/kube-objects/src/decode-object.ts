import type { JsonObject, JsonValue } from '@millrace/core';
import type { FieldSpec } from './field-spec.ts';
import { isArray, isObject, membersOf } from './json-values.ts';
import { elementOf, fieldsOf, isObjectType } from './object-types.ts';
import { patchError } from './patch-error.ts';
import { canonicalQuantity } from './quantity-text.ts';

/** An object as a typed program sees it. */
export interface DecodedObject {
  readonly object: JsonObject;
  /** Dotted paths of members that the type does not have; they are not in {@link DecodedObject.object}. */
  readonly unknownFields: readonly string[];
}

/**
 * Reads an object as a Go program reads it into its API type and writes it again: unknown members and nulls are gone,
 * quantities are in canonical text, and objects that Go always sends (`resources` of a container) are there.
 * @throws RunnerError `MILLRACE_E_PATCH` for a value of a wrong type, `MILLRACE_E_QUANTITY` for a bad quantity
 */
export function decodeObject(value: JsonObject, typeName: string): DecodedObject {
  if (!isObjectType(typeName)) throw patchError(`nothing is known about the fields of ${typeName}`);
  const unknownFields: string[] = [];
  const object = decodeMembers(value, typeName, [], unknownFields);
  return { object, unknownFields };
}

/** Struct members without `omitempty` in k8s.io/api that the runner meets. */
const alwaysSent: Readonly<Record<string, readonly string[]>> = {
  Container: ['resources'],
  EphemeralContainer: ['resources'],
  PersistentVolumeClaimTemplate: ['metadata'],
};

function decodeMembers(
  value: JsonObject,
  typeName: string,
  path: readonly string[],
  unknown: string[],
): JsonObject {
  const fields = fieldsOf(typeName) ?? {};
  const result = new Map<string, JsonValue>();
  for (const [key, member] of membersOf(value)) {
    const spec = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (spec === undefined) unknown.push([...path, key].join('.'));
    else if (member !== null)
      result.set(
        key,
        decodeField(member, spec, { owner: typeName, path: [...path, key], unknown }),
      );
  }
  for (const key of alwaysSent[typeName] ?? []) if (!result.has(key)) result.set(key, {});
  return Object.fromEntries(result);
}

interface Place {
  /** The object type that has the field, as Go's messages name it. */
  readonly owner: string;
  readonly path: readonly string[];
  readonly unknown: string[];
}

function decodeField(value: JsonValue, spec: FieldSpec, place: Place): JsonValue {
  const element = elementOf(spec);
  if (spec.type === 'list' && element !== undefined) {
    if (!isArray(value)) throw wrongType(value, spec, place);
    return value.map((item) => decodeField(item, element, place));
  }
  if (spec.type === 'map' && element !== undefined) {
    if (!isObject(value)) throw wrongType(value, spec, place);
    return Object.fromEntries(
      membersOf(value).map(([key, item]) => [key, decodeField(item, element, place)]),
    );
  }
  if (spec.type === 'object') {
    if (!isObject(value)) throw wrongType(value, spec, place);
    return decodeMembers(value, spec.of ?? '', place.path, place.unknown);
  }
  if (!fitsScalar(value, spec)) throw wrongType(value, spec, place);
  return spec.type === 'quantity' ? canonicalQuantity(value as string | number) : value;
}

function fitsScalar(value: JsonValue, spec: FieldSpec): boolean {
  switch (spec.type) {
    case 'string':
    case 'time':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number';
    case 'int32':
      return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31;
    case 'int64':
      return Number.isInteger(value);
    case 'intOrString':
    case 'quantity':
      return typeof value === 'string' || typeof value === 'number';
    case 'any':
    case 'list':
    case 'map':
    case 'object':
      return true;
  }
}

function wrongType(value: JsonValue, spec: FieldSpec, { owner, path }: Place): Error {
  return patchError(
    `json: cannot unmarshal ${jsonKind(value)} into Go struct field ${owner}.${path.join('.')} of type ${goType(spec)}`,
  );
}

function jsonKind(value: JsonValue): string {
  if (isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`;
  return typeof value;
}

function goType(spec: FieldSpec): string {
  const element = elementOf(spec);
  if (spec.type === 'list' && element !== undefined) return `[]${goType(element)}`;
  if (spec.type === 'map' && element !== undefined)
    return spec.of === 'quantity' ? 'v1.ResourceList' : `map[string]${goType(element)}`;
  switch (spec.type) {
    case 'object':
      return `v1.${spec.of ?? ''}`;
    case 'boolean':
      return 'bool';
    case 'intOrString':
      return 'intstr.IntOrString';
    case 'quantity':
      return 'resource.Quantity';
    case 'time':
      return 'v1.Time';
    case 'number':
      return 'float64';
    case 'string':
    case 'int32':
    case 'int64':
    case 'any':
    case 'map':
    case 'list':
      return spec.type;
  }
}
