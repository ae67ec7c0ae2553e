import type { Variable } from '@millrace/core';
import { expandReferences } from './expand-references.ts';
import type { VariableList } from './variable-list.ts';

/** One entry of a container's environment. */
export interface EnvEntry {
  readonly name: string;
  /** As Kubernetes gets it: dollar signs doubled, absent when empty. */
  readonly value?: string;
  readonly variable: Variable;
}

/**
 * Environment of a container that runs beside or for the job: variables that are public or the runner's own, then the
 * container's, which may refer to all of the job's. A repeated name keeps its first place and gets its last value; file
 * variables give their path; `$` is doubled so that the kubelet replaces nothing (gitlab/229).
 */
export function containerEnv(
  variables: VariableList,
  own: readonly Variable[] = [],
): readonly EnvEntry[] {
  const shown = variables.all
    .filter((variable) => variable.public || variable.internal)
    .map((variable) => ({
      variable,
      value: variable.file ? (variables.refer(variable.key) ?? '') : variable.value,
    }));
  const added = own.map((variable) => ({
    variable,
    value: variable.raw ? variable.value : expandReferences(variable.value, variables.refer),
  }));
  const byName = new Map([...shown, ...added].map((entry) => [entry.variable.key, entry]));
  return [...byName].map(([name, { variable, value }]) => ({
    name,
    variable,
    ...(value === '' ? {} : { value: value.replaceAll('$', '$$$$') }),
  }));
}
