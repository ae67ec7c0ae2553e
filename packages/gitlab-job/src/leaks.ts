import type { Decision, Variable } from '@millrace/core';
import { pluginName } from './plugin-name.ts';
import type { JobContext, JobLayout } from './job-context.ts';
import { expandReferences } from './variables/expand-references.ts';

/**
 * Hidden values that stand in the pod's plain environment: GitLab Runner puts every public variable there, masked or
 * not, and one that refers to a hidden variable carries its value (gitlab/229). Whoever may read pods can read them.
 */
export function leakDecisions(
  { payload }: JobContext,
  { variables }: JobLayout,
): readonly Decision[] {
  return payload.variables.flatMap((variable): readonly Decision[] => {
    if (!variable.public || variables.valueOf(variable.key) === '') return [];
    const hidden = hiddenReferences(variable, variables.find);
    const reason = variable.masked
      ? 'it is masked in the job log, but stands in the plain environment of the pod'
      : `it shows the hidden ${hidden.join(', ')} in the plain environment of the pod`;
    if (!variable.masked && hidden.length === 0) return [];
    return [
      {
        kind: 'decision',
        subject: `variable ${variable.key}`,
        value: variables.valueOf(variable.key),
        source: { plugin: pluginName, variable: variable.key },
        allowed: true,
        reason,
        secret: true,
      },
    ];
  });
}

function hiddenReferences(
  { raw, value }: Pick<Variable, 'raw' | 'value'>,
  find: (key: string) => Variable | undefined,
): readonly string[] {
  const hidden = new Set<string>();
  if (!raw)
    expandReferences(value, (name) => {
      const variable = find(name);
      if (variable !== undefined && !variable.public && !variable.internal && !variable.file)
        hidden.add(name);
      return '';
    });
  return [...hidden];
}
