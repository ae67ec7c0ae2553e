import { parseGoBool } from '@millrace/config';
import type { JsonObject, JsonValue } from '@millrace/core';
import type { RunnerFlag } from './runner-flags.ts';

/**
 * The value of a key as flags give it: a list is a flag for each element, a table one `key:value` for each member.
 * @param texts - what was given, in order; at least one
 * @returns undefined where a text is not of the form
 */
export function flagValue(
  { form }: Pick<RunnerFlag, 'form'>,
  texts: readonly string[],
): JsonValue | undefined {
  const last = texts.at(-1) ?? '';
  switch (form) {
    case 'string':
      return last;
    case 'boolean':
      return parseGoBool(last);
    case 'integer':
      return /^[+-]?\d+$/.test(last) ? Number(last) : undefined;
    case 'number':
      return last.trim() === '' || Number.isNaN(Number(last)) ? undefined : Number(last);
    case 'string-list':
    case 'string-or-list':
      return texts;
    case 'integer-list':
      return texts.every((text) => /^[+-]?\d+$/.test(text)) ? texts.map(Number) : undefined;
    case 'string-map':
      return Object.fromEntries(texts.map(member));
    case 'table':
    case 'table-list':
      return json(last);
  }
}

/** Only the first colon separates, so keys have none; without one the value is empty. */
function member(text: string): readonly [string, string] {
  const at = text.indexOf(':');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function json(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The table with a value at a path; tables on the way are made. */
export function withValue(
  table: JsonObject,
  [name = '', ...rest]: readonly string[],
  value: JsonValue,
): JsonObject {
  if (rest.length === 0) return { ...table, [name]: value };
  const inner = table[name];
  const isTable = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  return { ...table, [name]: withValue(isTable ? (inner as JsonObject) : {}, rest, value) };
}
