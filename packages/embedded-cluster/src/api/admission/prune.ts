import {
  isRunnerError,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  type ResourceType,
} from '@millrace/core';
import {
  canonicalQuantity,
  elementOf,
  fieldsOf,
  isObjectType,
  type FieldSpec,
} from '@millrace/kube-objects';
import { goTypeAt, shown } from './go-types.ts';
import { isRecord, scalarText } from '../../store/json.ts';
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
    wrong: (value, owner, path, spec) =>
      cannotHandle(
        type,
        `json: cannot unmarshal ${shown(value, spec)} into Go struct field ${owner}.${path.replaceAll(/\[\d+\]/gu, '')} of type ${goTypeAt(owner, path, spec)}`,
      ),
    reject: (message) => cannotHandle(type, message),
  };
  const decoded = decodeObject(decoder, type.kind, object, '') as KubeObject;
  const messages = unknown.map((field) => `unknown field ${JSON.stringify(field)}`);
  if (validation === 'Strict' && messages.length > 0) {
    throw badRequest(
      `${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: strict decoding error: ${messages.join(', ')}`,
    );
  }
  return { object: decoded, warnings: validation === 'Warn' ? messages : [] };
}

interface Decoder {
  readonly unknown: string[];
  readonly wrong: (value: JsonValue, owner: string, path: string, spec: FieldSpec) => Error;
  readonly reject: (message: string) => Error;
}

const cannotHandle = (type: ResourceType, why: string): Error =>
  badRequest(
    `${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: ${why}`,
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
      if (!isEmpty(spec, decoded) || keptEmpty.has(`${typeName}.${key}`)) result[key] = decoded;
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

/** Go leaves other lists and maps out that hold nothing. */
const isEmpty = (spec: FieldSpec, value: JsonValue): boolean =>
  (spec.type === 'list' || spec.type === 'map') && Object.keys(value ?? {}).length === 0;

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
        // Of scalars Go's messages do not tell the key.
        decodeField(
          decoder,
          owner,
          element,
          item ?? '',
          element.type === 'object' ? `${path}.${key}` : path,
        ),
      ]),
    );
  }
  if (spec.type === 'quantity') return checkedQuantity(decoder, value);
  if (spec.type === 'time' && typeof value === 'string') return checkedTime(decoder, value);
  if (isScalarOf(spec.type, value)) return value;
  throw decoder.wrong(value, owner, path, spec);
}

/** Quantities are kept as they are written back: `1024Mi` as `1Gi`. */
function checkedQuantity(decoder: Decoder, value: JsonValue): JsonValue {
  try {
    return canonicalQuantity(typeof value === 'number' ? value : scalarText(value));
  } catch (error) {
    throw isRunnerError(error) ? decoder.reject(error.message) : error;
  }
}

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/u;

function checkedTime(decoder: Decoder, value: string): JsonValue {
  if (timePattern.test(value) && !Number.isNaN(Date.parse(value))) return value;
  const layout = '2006-01-02T15:04:05Z07:00';
  throw decoder.reject(
    `parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(value)} as "2006"`,
  );
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
