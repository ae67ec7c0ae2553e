import { RunnerError, type JsonArray, type JsonObject, type JsonValue } from '@millrace/core';

/** Typed access to the members of one object of the payload; `null` counts as absent. */
export interface Fields {
  readonly raw: JsonObject;
  readonly text: (name: string) => string;
  readonly number: (name: string) => number;
  readonly flag: (name: string) => boolean;
  readonly texts: (name: string) => readonly string[];
  /** A table of strings. */
  readonly map: (name: string) => Readonly<Record<string, string>>;
  readonly child: (name: string) => Fields;
  readonly children: (name: string) => readonly Fields[];
}

/**
 * Reads an object of a workflow.
 * @param path - where it stands, for messages: `pipeline[0].steps[1]`
 * @throws RunnerError `MILLRACE_E_PAYLOAD` that names the field, as soon as one of another type is read
 */
export function readFields(value: JsonValue | undefined, path: string): Fields {
  if (!isObject(value)) throw wrongType(path, 'an object', value);
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const get = (name: string): JsonValue | undefined => value[name] ?? undefined;
  const list = (name: string): JsonArray => {
    const found = get(name) ?? [];
    if (!isList(found)) throw wrongType(at(name), 'a list', found);
    return found;
  };
  const asText = (found: JsonValue | undefined, place: string): string => {
    if (typeof found !== 'string') throw wrongType(place, 'a string', found);
    return found;
  };
  return {
    raw: value,
    text: (name) => asText(get(name) ?? '', at(name)),
    number: (name) => {
      const found = get(name) ?? 0;
      if (typeof found !== 'number') throw wrongType(at(name), 'a number', found);
      return found;
    },
    flag: (name) => {
      const found = get(name) ?? false;
      if (typeof found !== 'boolean') throw wrongType(at(name), 'true or false', found);
      return found;
    },
    texts: (name) => list(name).map((item, index) => asText(item, `${at(name)}[${index}]`)),
    map: (name) => {
      const found = get(name) ?? {};
      if (!isObject(found)) throw wrongType(at(name), 'an object', found);
      return Object.fromEntries(
        Object.entries(found).map(([key, member]) => [
          key,
          asText(member ?? '', `${at(name)}.${key}`),
        ]),
      );
    },
    child: (name) => readFields(get(name) ?? {}, at(name)),
    children: (name) =>
      list(name).map((item, index) => readFields(item ?? {}, `${at(name)}[${index}]`)),
  };
}

/** Whether a JSON value is an object and not a list. */
const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value);

const isList = (value: JsonValue | undefined): value is JsonArray => Array.isArray(value);

function wrongType(path: string, wanted: string, value: JsonValue | undefined): RunnerError {
  const found =
    value === undefined || value === null
      ? 'missing'
      : isList(value)
        ? 'a list'
        : `of type ${typeof value}`;
  return new RunnerError(
    `workflow: ${path === '' ? 'it' : path} must be ${wanted}, but is ${found}`,
    {
      code: 'MILLRACE_E_PAYLOAD',
      kind: 'system',
      blame: path,
      hint: 'compare it with the backend configuration that a Woodpecker server sends',
    },
  );
}
