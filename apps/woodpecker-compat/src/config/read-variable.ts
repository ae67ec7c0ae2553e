import { parseGoBool, parseGoInteger, readKubernetesYaml } from '@millrace/config';
import type { JsonValue } from '@millrace/core';
import type { EnvironmentVariable } from './environment-variables.ts';
import { textPlaces } from './text-places.ts';

/** A variable's value, that it says nothing, or what is wrong with it. */
export type ReadVariable =
  | { readonly value: JsonValue | undefined }
  | { readonly fault: string; readonly hint: string };

/**
 * Reads the text of a variable as the Woodpecker agent does (urfave/cli v3). An empty text is one where text is wanted, and
 * `false` where a truth is; elsewhere it says nothing.
 */
export function readVariable(
  { name, flag, form, members }: Omit<EnvironmentVariable, 'doc'>,
  text: string,
): ReadVariable {
  const wrong = (what: string, hint: string): ReadVariable => ({
    fault: `could not parse ${JSON.stringify(text)} as ${what} value from environment variable "${name}"${flag === undefined ? '' : ` for flag ${flag}`}`,
    hint,
  });
  if (form === 'string') return { value: text };
  if (text === '') return { value: form === 'boolean' ? false : undefined };
  switch (form) {
    case 'boolean': {
      const value = parseGoBool(text);
      return value === undefined ? wrong('bool', 'write true or false') : { value };
    }
    case 'integer':
    case 'number': {
      const value = parseGoInteger(text);
      return value === undefined
        ? wrong('int64', 'write a whole number, without a unit')
        : { value };
    }
    case 'string-list':
    case 'string-or-list':
    case 'integer-list':
      return { value: text.split(',').map((item) => item.trim()) };
    case 'string-map':
    case 'table':
    case 'table-list': {
      const read = readKubernetesYaml(text, { texts: textPlaces(form, members) });
      if ('fault' in read) return { fault: read.fault, hint: hints[form] };
      const { value } = read;
      if (value === null) return { value: undefined };
      // Nothing in a list of tables is an empty one.
      return { value: isList(value) ? value.map((item) => item ?? {}) : value };
    }
  }
}

const hints = {
  'string-map': 'write a YAML or JSON object, such as {"key": "value"}',
  table: 'write a YAML or JSON object',
  'table-list': 'write a YAML or JSON list of objects',
} as const;

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
