import type { Variable } from '@millrace/core';
import { expandReferences } from './expand-references.ts';

/** Variables of a job with their references replaced. */
export interface VariableList {
  /** In order; of two with one key the later counts. A file variable's value is what its file holds. */
  readonly all: readonly Variable[];
  readonly find: (key: string) => Variable | undefined;
  /** What a reference to a key gives: a file variable's path; undefined when there is no such variable. */
  readonly refer: (key: string) => string | undefined;
  /** What a person wrote: contents also for a file variable, empty when there is none. */
  readonly valueOf: (key: string) => string;
  /** Replaces references in a text. */
  readonly expand: (text: string) => string;
}

/**
 * Replaces the references in every variable that is not raw, each against the list as given: no recursion, and the
 * order does not matter (gitlab/229).
 * @param fileDirectory - where file variables are written; empty where none are, then a reference gives the bare key
 */
export function expandVariables(given: readonly Variable[], fileDirectory: string): VariableList {
  const written = index(given);
  const refer = (from: ReadonlyMap<string, Variable>, key: string): string | undefined => {
    const variable = from.get(key);
    return variable?.file === true ? filePath(fileDirectory, key) : variable?.value;
  };
  const all = given.map((variable) =>
    variable.raw || !variable.value.includes('$')
      ? variable
      : { ...variable, value: expandReferences(variable.value, (key) => refer(written, key)) },
  );
  const expanded = index(all);
  return {
    all,
    find: (key) => expanded.get(key),
    refer: (key) => refer(expanded, key),
    valueOf: (key) => expanded.get(key)?.value ?? '',
    expand: (text) => expandReferences(text, (key) => refer(expanded, key)),
  };
}

const index = (variables: readonly Variable[]): ReadonlyMap<string, Variable> =>
  new Map(variables.map((variable) => [variable.key, variable]));

const filePath = (directory: string, key: string): string =>
  directory === '' ? key : `${directory}/${key}`;
