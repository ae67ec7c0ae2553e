import { RunnerError, type JsonArray, type JsonObject, type JsonValue } from '@millrace/core';

/** Typed access to the members of one object of a payload; `null` counts as absent, and what is absent is empty. */
export interface Fields {
  readonly raw: JsonObject;
  readonly text: (name: string, otherwise?: string) => string;
  readonly number: (name: string, otherwise?: number) => number;
  readonly flag: (name: string, otherwise?: boolean) => boolean;
  readonly texts: (name: string) => readonly string[];
  /** A table of strings. */
  readonly map: (name: string) => Readonly<Record<string, string>>;
  readonly child: (name: string) => Fields;
  readonly children: (name: string) => readonly Fields[];
}

/** Whose payload it is, for messages. */
export interface PayloadKind {
  /** `workflow` */
  readonly name: string;
  readonly hint: string;
  /** Whether one string is a list of it. */
  readonly loneTexts?: boolean;
}

/**
 * Reads an object of a payload that a server has sent.
 * @param path - where it stands, for messages: `pipeline[0].steps[1]`
 * @throws RunnerError `MILLRACE_E_PAYLOAD` that names the field, as soon as one of another type is read
 */
export function readFields(value: JsonValue | undefined, path: string, kind: PayloadKind): Fields {
  const wrongType = (place: string, wanted: string, found: JsonValue | undefined): RunnerError =>
    payloadError(kind, place, `must be ${wanted}, but is ${typeName(found)}`);
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
    text: (name, otherwise = '') => asText(get(name) ?? otherwise, at(name)),
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
      if (kind.loneTexts === true && typeof found === 'string') return [found];
      return list(name).map((item, index) => asText(item, `${at(name)}[${index}]`));
    },
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
    child: (name) => readFields(get(name) ?? {}, at(name), kind),
    children: (name) =>
      list(name).map((item, index) => readFields(item ?? {}, `${at(name)}[${index}]`, kind)),
  };
}

/** Whether a JSON value is an object and not a list. */
const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value);

const isList = (value: JsonValue | undefined): value is JsonArray => Array.isArray(value);

function typeName(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'missing';
  return isList(value) ? 'a list' : `of type ${typeof value}`;
}

const payloadError = ({ name, hint }: PayloadKind, path: string, fault: string): RunnerError =>
  new RunnerError(`${name}: ${path === '' ? 'it' : path} ${fault}`, {
    code: 'MILLRACE_E_PAYLOAD',
    kind: 'system',
    blame: path,
    hint,
  });
