import type { JsonValue } from '@millrace/core';
import { parseDocument, type YAMLError } from 'yaml';
import { pathKey, type ConfigPath } from './config-path.ts';
import type { ConfigProblem, PositionOf } from './config-problem.ts';
import { ConfigProblems } from './config-problems.ts';
import { createLineIndex } from './line-index.ts';
import { yamlToJson } from './yaml-json.ts';
import { yamlOptions, type YamlFlavor } from './yaml-schema.ts';

/** A YAML document as JSON: anchors, aliases and `<<` are resolved. */
export interface YamlDocument {
  /** `null` for an empty file. */
  readonly value: JsonValue;
  /** Of a key, or of a list element; of an alias's content, where the anchor has it. */
  readonly positionOf: PositionOf;
  /** The custom tag of the list at this path, one of {@link YamlParseOptions.listTags}. */
  readonly tagOf: (path: ConfigPath) => string | undefined;
  /** The scalar at this path as written, without quotes: `1.10` where the value is 1.1. */
  readonly textOf: (path: ConfigPath) => string | undefined;
  readonly warnings: readonly ConfigProblem[];
}

/** What the format built on YAML adds to it. */
export interface YamlParseOptions {
  /** Defaults to `1.2`. */
  readonly flavor?: YamlFlavor;
  /** Custom tags on lists that the caller understands; every other custom tag is an error. */
  readonly listTags?: readonly string[];
  /** An element `<<: *list` stands for the elements of that list, or of several lists. Woodpecker has it so. */
  readonly listMerges?: boolean;
}

/**
 * @param file - how messages name the file; it is not read
 * @throws RunnerError `MILLRACE_E_CONFIG_SYNTAX` naming every error with `file:line:column`: syntax, a key written
 *   twice, an unknown tag, an anchor in itself, aliases that expand to too much
 */
export function parseYaml(
  text: string,
  file: string,
  options: YamlParseOptions = {},
): YamlDocument {
  const problems = new ConfigProblems();
  const lineIndex = createLineIndex(text, file);
  const document = parseDocument(
    text,
    yamlOptions(options.flavor ?? '1.2', options.listTags ?? []),
  );
  for (const error of [...document.errors, ...document.warnings]) {
    problems.error({ ...explain(error), path: [], position: lineIndex(error.pos[0]) });
  }
  problems.throwIfErrors(file, 'MILLRACE_E_CONFIG_SYNTAX');
  const { value, facts } = yamlToJson(
    document,
    (severity, path, offset, message, hint) => {
      problems.add({ severity, path, message, position: lineIndex(offset), hint });
    },
    options,
  );
  problems.throwIfErrors(file, 'MILLRACE_E_CONFIG_SYNTAX');
  return {
    value,
    positionOf: (path) => {
      const offset = facts.get(pathKey(path))?.offset;
      return offset === undefined ? undefined : lineIndex(offset);
    },
    tagOf: (path) => facts.get(pathKey(path))?.tag,
    textOf: (path) => facts.get(pathKey(path))?.text,
    warnings: problems.warnings,
  };
}

function explain(error: YAMLError): Pick<ConfigProblem, 'message' | 'hint'> {
  switch (error.code) {
    case 'MULTIPLE_DOCS':
      return {
        message: 'not valid here: more than one YAML document',
        hint: 'keep what follows --- in a file of its own',
      };
    case 'TAG_RESOLVE_FAILED':
      return {
        message: `not valid here: ${error.message.replace('Unresolved tag', 'unknown tag')}`,
        hint: 'remove the tag, or quote a value that starts with !',
      };
    default:
      return {
        message: `not valid YAML: ${error.message}`,
        hint: 'check indentation, quotes and brackets here and in the line before',
      };
  }
}
