import {
  isRunnerError,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  type ResourceType,
} from '@millrace/core';
import {
  elementOf,
  fieldsOf,
  isObjectType,
  parseQuantity,
  type FieldSpec,
} from '@millrace/kube-objects';
import { isRecord } from '../../store/json.ts';
import { apiVersionOf } from '../../store/resource-types.ts';
import { badRequest } from '../../store/status.ts';

/** An object without the fields that its type does not have. */
export interface Pruned {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/**
 * Does what decoding into typed structures does: drops unknown fields, refuses values of the wrong type. Types whose
 * fields are not known stay as they are.
 * @param validation - `Strict` refuses unknown fields, `Warn` reports them, `Ignore` says nothing
 * @throws ApiStatusError BadRequest
 */
export function pruneUnknown(type: ResourceType, object: KubeObject, validation: string): Pruned {
  if (!isObjectType(type.kind)) return { object, warnings: [] };
  const unknown: string[] = [];
  const decoder: Decoder = {
    unknown,
    wrong: (value, owner, path, want) => {
      const got = Array.isArray(value)
        ? 'array'
        : isRecord(value)
          ? 'object'
          : typeof value === 'boolean'
            ? 'bool'
            : typeof value;
      return cannotHandle(
        type,
        `json: cannot unmarshal ${got} into Go struct field ${owner}.${path.replaceAll(/\[\d+\]/gu, '')} of type ${want}`,
      );
    },
    reject: (message) => cannotHandle(type, message),
  };
  const decoded = decodeObject(decoder, type.kind, object, '') as KubeObject;
  const messages = unknown.map((field) => `unknown field ${JSON.stringify(field)}`);
  if (validation === 'Strict' && messages.length > 0) {
    throw badRequest(
      `${type.kind} in version ${JSON.stringify(apiVersionOf(type))} cannot be handled as a ${type.kind}: strict decoding error: ${messages.join(', ')}`,
    );
  }
  return { object: decoded, warnings: validation === 'Warn' ? messages : [] };
}

interface Decoder {
  readonly unknown: string[];
  readonly wrong: (value: JsonValue, owner: string, path: string, want: string) => Error;
  readonly reject: (message: string) => Error;
}

const cannotHandle = (type: ResourceType, why: string): Error =>
  badRequest(
    `${type.kind} in version ${JSON.stringify(apiVersionOf(type))} cannot be handled as a ${type.kind}: ${why}`,
  );

function decodeObject(
  decoder: Decoder,
  typeName: string,
  value: JsonObject,
  path: string,
): JsonObject {
  const fields = fieldsOf(typeName) ?? {};
  const result: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const spec = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (spec === undefined) decoder.unknown.push(at);
    else if (item !== null && item !== undefined) {
      const decoded = decodeField(decoder, typeName, spec, item, at);
      if (!isEmpty(decoded, spec) || keptEmpty.has(`${typeName}.${key}`)) result[key] = decoded;
    }
  }
  return result;
}

/** Lists that Go writes even when nothing is in them: their fields are without `omitempty`. */
const keptEmpty: ReadonlySet<string> = new Set([
  'Role.rules',
  'ClusterRole.rules',
  'PolicyRule.verbs',
  'PodSpec.containers',
  'LimitRangeSpec.limits',
  'ProjectedVolumeSource.sources',
  'NodeSelector.nodeSelectorTerms',
]);

const isEmpty = (value: JsonValue, { type }: FieldSpec): boolean =>
  (type === 'list' && Array.isArray(value) && value.length === 0) ||
  (type === 'map' && isRecord(value) && Object.keys(value).length === 0);

/** Names of Go types, as the messages have them. */
const goTypes: Readonly<Record<FieldSpec['type'], string>> = {
  string: 'string',
  int32: 'int32',
  int64: 'int64',
  number: 'float64',
  boolean: 'bool',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  time: 'v1.Time',
  any: 'interface {}',
  map: 'map',
  list: '[]',
  object: 'struct',
};

function decodeField(
  decoder: Decoder,
  owner: string,
  spec: FieldSpec,
  value: JsonValue,
  path: string,
): JsonValue {
  const element = elementOf(spec);
  if (spec.type === 'any') return value;
  if (spec.type === 'object' && isRecord(value))
    return isObjectType(spec.of ?? '') ? decodeObject(decoder, spec.of ?? '', value, path) : value;
  if (spec.type === 'list' && Array.isArray(value)) {
    const items: readonly JsonValue[] = value;
    if (element === undefined) return items;
    return items
      .filter((item) => item !== null)
      .map((item, index) => decodeField(decoder, owner, element, item, `${path}[${index}]`));
  }
  if (spec.type === 'map' && isRecord(value)) {
    if (element === undefined) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        decodeField(decoder, owner, element, item ?? '', path),
      ]),
    );
  }
  if (spec.type === 'quantity' && (typeof value === 'string' || typeof value === 'number'))
    return checkedQuantity(decoder, value);
  if (isScalarOf(spec.type, value)) return value;
  throw decoder.wrong(value, owner, path, goTypes[spec.type]);
}

function checkedQuantity(decoder: Decoder, value: string | number): JsonValue {
  try {
    parseQuantity(value);
  } catch (error) {
    throw isRunnerError(error) ? decoder.reject(error.message) : error;
  }
  return String(value);
}

function isScalarOf(type: FieldSpec['type'], value: JsonValue): boolean {
  switch (type) {
    case 'string':
    case 'time':
      return typeof value === 'string';
    case 'int32':
      return Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31;
    case 'int64':
      return Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'intOrString':
      return typeof value === 'string' || Number.isSafeInteger(value);
    default:
      return false;
  }
}
