import type { JsonObject, JsonValue } from '@millrace/core';
import { change, listIndex, read } from './json-pointer.ts';
import { isArray, isObject, jsonEqual, memberOf, without } from './json-values.ts';
import { patchError } from './patch-error.ts';

/**
 * Applies a JSON patch (RFC 6902), whole or not at all: neither argument is changed, and a failing operation throws.
 * Negative list indices count from the end, as in Kubernetes.
 * @throws RunnerError `MILLRACE_E_PATCH`, worded as by the library that Kubernetes and GitLab Runner use
 */
export function applyJsonPatch(document: JsonValue, patch: JsonValue): JsonValue {
  if (!isArray(patch)) throw patchError('a JSON patch is a list of operations');
  return patch.reduce<JsonValue>((state, operation, index) => {
    if (!isObject(operation)) throw patchError(`operation ${index} of the JSON patch is no object`);
    return applyOperation(state, operation);
  }, document);
}

function applyOperation(document: JsonValue, operation: JsonObject): JsonValue {
  const kind = memberOf(operation, 'op');
  switch (kind) {
    case 'add':
      return add(document, pathOf(operation, kind), valueOf(operation, kind));
    case 'remove':
      return remove(document, pathOf(operation, kind));
    case 'replace':
      return replace(document, pathOf(operation, kind), valueOf(operation, kind));
    case 'move':
      return move(document, fromOf(operation, kind), pathOf(operation, kind));
    case 'copy':
      return copy(document, fromOf(operation, kind), pathOf(operation, kind));
    case 'test':
      return test(document, pathOf(operation, kind), memberOf(operation, 'value') ?? null);
    default:
      throw patchError(`Unexpected kind: ${typeof kind === 'string' ? kind : 'unknown'}`);
  }
}

function add(document: JsonValue, path: string, value: JsonValue): JsonValue {
  return change(document, path, `add operation does not apply: doc is missing path: "${path}"`, {
    root: () => value,
    member: (object, key) => ({ ...object, [key]: value }),
    element: (list, key) => {
      const notIndex = `error in add for path: '${path}': value was not a proper array index: '${key}'`;
      const index = key === '-' ? list.length : listIndex(key, list.length + 1, notIndex);
      if (index === undefined)
        throw patchError(`error in add for path: '${path}': ${noIndex(key)}`);
      return list.toSpliced(index, 0, value);
    },
  });
}

function remove(document: JsonValue, path: string): JsonValue {
  return change(document, path, `remove operation does not apply: doc is missing path: "${path}"`, {
    root: () => null,
    member: (object, key) => {
      if (!Object.hasOwn(object, key))
        throw patchError(
          `error in remove for path: '${path}': Unable to remove nonexistent key: ${key}: missing value`,
        );
      return without(object, key);
    },
    element: (list, key) => {
      const index = listIndex(key, list.length, `error in remove for path: '${path}'`);
      if (index === undefined)
        throw patchError(`error in remove for path: '${path}': ${noIndex(key)}`);
      return list.toSpliced(index, 1);
    },
  });
}

function replace(document: JsonValue, path: string, value: JsonValue): JsonValue {
  return change(document, path, `replace operation does not apply: doc is missing path: ${path}`, {
    root: () => value,
    member: (object, key) => {
      if (!Object.hasOwn(object, key)) throw missingKey(path);
      return { ...object, [key]: value };
    },
    element: (list, key) => {
      const index = listIndex(key, list.length);
      if (index === undefined) throw missingKey(path);
      return list.with(index, value);
    },
  });
}

function move(document: JsonValue, from: string, path: string): JsonValue {
  const value = read(document, from);
  if (value === undefined)
    throw patchError(
      `move operation does not apply: doc is missing from path: ${from}: missing value`,
    );
  return add(remove(document, from), path, value);
}

function copy(document: JsonValue, from: string, path: string): JsonValue {
  const value = read(document, from);
  if (value === undefined)
    throw patchError(
      `copy operation does not apply: doc is missing from path: ${from}: missing value`,
    );
  return add(document, path, value);
}

/** A field that is not there passes a test for null. */
function test(document: JsonValue, path: string, expected: JsonValue): JsonValue {
  if (!jsonEqual(read(document, path) ?? null, expected))
    throw patchError(`testing value ${path} failed: test failed`);
  return document;
}

const noIndex = (key: string): string =>
  `Unable to access invalid index: ${Number(key)}: invalid index referenced`;

const missingKey = (path: string): Error =>
  patchError(`replace operation does not apply: doc is missing key: ${path}: missing value`);

const pathOf = (operation: JsonObject, kind: string): string => textOf(operation, kind, 'path');
const fromOf = (operation: JsonObject, kind: string): string => textOf(operation, kind, 'from');

function textOf(operation: JsonObject, kind: string, field: 'path' | 'from'): string {
  const text = memberOf(operation, field);
  if (typeof text !== 'string')
    throw patchError(`${kind} operation failed to decode ${field}: missing value`);
  return text;
}

function valueOf(operation: JsonObject, kind: string): JsonValue {
  const value = memberOf(operation, 'value');
  if (value === undefined)
    throw patchError(`${kind} operation failed to decode value: missing value`);
  return value;
}
