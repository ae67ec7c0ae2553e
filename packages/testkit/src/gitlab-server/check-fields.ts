import type { JsonObject, JsonValue } from '@millrace/core';

/** Type of a member. `?` stands for one that may be absent. */
export type FieldForm =
  | 'boolean'
  | 'boolean?'
  | 'integer'
  | 'integer?'
  | 'object'
  | 'object?'
  | 'text'
  | 'text?';

/** Whether a JSON value is an object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Checks an object member by member, unknown ones included. Texts must not be empty: what is empty is left out on this
 * wire.
 */
export function checkFields(
  where: string,
  value: JsonValue | undefined,
  forms: Readonly<Record<string, FieldForm>>,
): readonly string[] {
  if (!isObject(value)) return [`${where}: not an object`];
  const unknown = Object.keys(value)
    .filter((key) => !Object.hasOwn(forms, key))
    .map((key) => `${where}: unknown field ${key}`);
  const wrong = Object.entries(forms).flatMap(([key, form]) => {
    const member = value[key];
    if (member === undefined)
      return form.endsWith('?') ? [] : [`${where}: field ${key} is missing`];
    return hasForm(member, form) ? [] : [`${where}: field ${key} is not: ${form.replace('?', '')}`];
  });
  return [...unknown, ...wrong];
}

function hasForm(value: JsonValue, form: FieldForm): boolean {
  switch (form) {
    case 'boolean':
    case 'boolean?':
      return typeof value === 'boolean';
    case 'integer':
    case 'integer?':
      return Number.isSafeInteger(value);
    case 'object':
    case 'object?':
      return isObject(value);
    case 'text':
    case 'text?':
      return typeof value === 'string' && value !== '';
  }
}
