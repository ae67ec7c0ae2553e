import type { JsonObject, JsonValue } from '@millrace/core';
import { parse, TomlDate, TomlError } from 'smol-toml';
import { pathKey, type ConfigPath } from './config-path.ts';
import type { PositionOf } from './config-problem.ts';
import { ConfigProblems } from './config-problems.ts';
import { createLineIndex } from './line-index.ts';
import { maxTomlDepth, tomlOffsets } from './toml-positions.ts';

/** A TOML document as JSON, with the place of every key and list element. */
export interface TomlDocument {
  /** Dates and times are strings as TOML prints them. */
  readonly value: JsonObject;
  readonly positionOf: PositionOf;
}

/**
 * @param file - how messages name the file; it is not read
 * @throws RunnerError `MILLRACE_E_CONFIG_SYNTAX` with `file:line:column`
 */
export function parseToml(text: string, file: string): TomlDocument {
  const problems = new ConfigProblems();
  const table = parseTable(text, file, problems);
  const lineIndex = createLineIndex(text, file);
  const offsets = tomlOffsets(text);
  const positionOf: PositionOf = (path) => {
    const offset = offsets.get(pathKey(path));
    return offset === undefined ? undefined : lineIndex(offset);
  };
  const value = toJson(table, [], (path, message, hint) => {
    problems.error({ message, path, hint, position: positionOf(path) });
  });
  problems.throwIfErrors(file, 'MILLRACE_E_CONFIG_SYNTAX');
  return { value: value as JsonObject, positionOf };
}

function parseTable(text: string, file: string, problems: ConfigProblems): object {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = (error.message.split('\n')[0] ?? '').replace('Invalid TOML document: ', '');
    problems.error({
      message: `not valid TOML: ${reason}`,
      path: [],
      position: { file, line: error.line, column: error.column },
      hint: `check the syntax of line ${error.line}; strings need quotes, tables look like [runners.kubernetes]`,
    });
    problems.throwIfErrors(file, 'MILLRACE_E_CONFIG_SYNTAX');
    throw error;
  }
}

type Refuse = (path: ConfigPath, message: string, hint: string) => void;

function toJson(value: unknown, path: ConfigPath, refuse: Refuse): JsonValue {
  if (path.length > maxTomlDepth) {
    refuse(path.slice(0, 1), `nested deeper than ${maxTomlDepth} levels`, 'use fewer levels');
    return null;
  }
  if (Array.isArray(value))
    return value.map((item, index) => toJson(item, [...path, index], refuse));
  if (value instanceof TomlDate) return value.toISOString();
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, unknown]) => {
        if (key === '__proto__')
          refuse([...path, key], 'this name is not allowed', 'choose another name');
        return [key, toJson(item, [...path, key], refuse)];
      }),
    );
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    refuse(path, 'inf and nan are not supported', 'write a finite number');
    return null;
  }
  return value as string | number | boolean;
}
