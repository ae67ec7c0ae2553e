import type { FieldSpec } from './field-spec.ts';
import { objectFields } from './object-fields.generated.ts';

/** True for a type whose fields are known: `Pod`, `PodSpec`, `Container`, `Secret`, … */
export function isObjectType(typeName: string): boolean {
  return Object.hasOwn(objectFields, typeName);
}

/** The fields of an object type by name; undefined for a type that is not known. */
export function fieldsOf(typeName: string): Readonly<Record<string, FieldSpec>> | undefined {
  return isObjectType(typeName) ? objectFields[typeName] : undefined;
}

/**
 * Describes the field at a path below an object type: `fieldAt('Pod', ['spec', 'containers', 'build', 'env'])` is a list
 * merged by `name`. A list's element and a map's entry take one step each, whatever it is called.
 * @returns undefined when there is no such field, or nothing is known about what lies there
 */
export function fieldAt(typeName: string, path: readonly string[]): FieldSpec | undefined {
  let spec: FieldSpec | undefined = { type: 'object', of: typeName };
  for (const step of path) {
    if (spec === undefined) return undefined;
    spec = spec.type === 'object' ? fieldOf(spec.of ?? '', step) : elementOf(spec);
  }
  return spec;
}

/** One field of an object type. */
export function fieldOf(typeName: string, field: string): FieldSpec | undefined {
  const fields = fieldsOf(typeName);
  return fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
}

/** What a list's elements or a map's values are; undefined for any other field. */
export function elementOf(spec: FieldSpec): FieldSpec | undefined {
  if ((spec.type !== 'list' && spec.type !== 'map') || spec.of === undefined) return undefined;
  return isObjectType(spec.of)
    ? { type: 'object', of: spec.of }
    : { type: spec.of as FieldSpec['type'] };
}
