import { RunnerError, type JsonArray, type JsonObject, type JsonValue } from '@millrace/core';

/** Typed access to the members of one object of the payload; `null` counts as absent. */
export interface Fields {
  readonly path: string;
  readonly raw: JsonObject;
  readonly has: (name: string) => boolean;
  readonly text: (name: string, otherwise?: string) => string;
  readonly number: (name: string, otherwise?: number) => number;
  readonly flag: (name: string, otherwise?: boolean) => boolean;
  /** A list of strings; one string counts as a list of it. */
  readonly texts: (name: string) => readonly string[];
  readonly child: (name: string) => Fields;
  readonly children: (name: string) => readonly Fields[];
}

/**
 * Reads an object of the job payload.
 * @param path - where it stands, for messages: `git_info` or `services[0]`
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
  return {
    path,
    raw: value,
    has: (name) => get(name) !== undefined,
    text: (name, otherwise = '') => {
      const found = get(name) ?? otherwise;
      if (typeof found !== 'string') throw wrongType(at(name), 'a string', found);
      return found;
    },
    number: (name, otherwise = 0) => {
      const found = get(name) ?? otherwise;
      if (typeof found !== 'number') throw wrongType(at(name), 'a number', found);
      return found;
    },
    flag: (name, otherwise = false) => {
      const found = get(name) ?? otherwise;
      if (typeof found !== 'boolean') throw wrongType(at(name), 'true or false', found);
      return found;
    },
    texts: (name) => {
      const found = get(name);
      if (typeof found === 'string') return [found];
      return list(name).map((item, index) => {
        if (typeof item !== 'string') throw wrongType(`${at(name)}[${index}]`, 'a string', item);
        return item;
      });
    },
    child: (name) => readFields(get(name) ?? {}, at(name)),
    children: (name) => list(name).map((item, index) => readFields(item, `${at(name)}[${index}]`)),
  };
}

/** Whether a JSON value is an object and not a list. */
export const isObject = (value: JsonValue | undefined): value is JsonObject =>
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
    `job payload: ${path === '' ? 'it' : path} must be ${wanted}, but is ${found}`,
    {
      code: 'MILLRACE_E_PAYLOAD',
      kind: 'system',
      blame: path,
      hint: 'compare it with the answer of GitLab to a job request',
    },
  );
}
