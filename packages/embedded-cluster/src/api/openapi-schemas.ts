import type { JsonObject } from '@millrace/core';
import { elementOf, fieldsOf, isObjectType, type FieldSpec } from '@millrace/kube-objects';
import type { ServedResource } from '../store/resource-types.ts';

/** A resource's kind as OpenAPI extensions carry it. */
export const kindOf = (type: ServedResource): JsonObject => ({
  group: type.group,
  version: type.version,
  kind: type.kind,
});

const kindExtension = 'x-kubernetes-group-version-kind';

/** Schema names of the objects themselves start like Kubernetes' own; those of their parts are short. */
const modelName = (type: ServedResource): string => {
  const group = type.group === '' ? 'core' : (type.group.split('.')[0] ?? '');
  return `io.k8s.api.${group}.${type.version}.${type.kind}`;
};

/**
 * Schemas of the given resources and of everything they contain, as far as fields are known.
 * @param prefix - where references point to, `#/components/schemas/`
 */
export function schemasOf(types: readonly ServedResource[], prefix: string): JsonObject {
  const schemas: Record<string, JsonObject> = {};
  const define = (typeName: string): void => {
    if (schemas[typeName] !== undefined) return;
    const properties: Record<string, JsonObject> = {};
    const fields = Object.entries(fieldsOf(typeName) ?? {});
    const required = fields.filter(([, spec]) => spec.required === true).map(([name]) => name);
    schemas[typeName] = {
      type: 'object',
      ...(required.length === 0 ? {} : { required }),
      properties,
    };
    for (const [name, spec] of fields) properties[name] = schemaOf(spec);
  };
  const schemaOf = (spec: FieldSpec): JsonObject => {
    if (spec.type === 'object' && spec.of !== undefined && isObjectType(spec.of)) {
      define(spec.of);
      return { $ref: `${prefix}${spec.of}` };
    }
    const element = elementOf(spec);
    if (spec.type === 'list')
      return { type: 'array', ...(element === undefined ? {} : { items: schemaOf(element) }) };
    if (spec.type === 'map')
      return {
        type: 'object',
        ...(element === undefined ? {} : { additionalProperties: schemaOf(element) }),
      };
    return scalars[spec.type] ?? { type: 'object' };
  };
  for (const type of types) {
    if (isObjectType(type.kind)) define(type.kind);
    const known = schemas[type.kind] ?? {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
    };
    schemas[modelName(type)] = { ...known, [kindExtension]: [kindOf(type)] };
  }
  return schemas;
}

const scalars: Partial<Readonly<Record<FieldSpec['type'], JsonObject>>> = {
  string: { type: 'string' },
  time: { type: 'string', format: 'date-time' },
  quantity: { type: 'string' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  intOrString: { type: 'string', format: 'int-or-string' },
};
