import type { Binding, MemberShape, SettingForm } from '@millrace/core';

/** A variable of the agent's environment that a plugin reads. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly flag: string | undefined;
  readonly form: SettingForm;
  /** Of a table, or of those in a list. */
  readonly members?: MemberShape;
  readonly doc: string;
}

/** Variables of all bindings, switches that allow options of steps among them; each once. */
export function environmentVariables(bindings: readonly Binding[]): readonly EnvironmentVariable[] {
  const all = bindings.flatMap(({ rows, options = [] }): readonly EnvironmentVariable[] => [
    ...rows.flatMap(({ environment, flag, form, members, doc }) =>
      environment === undefined
        ? []
        : [
            {
              name: environment,
              flag,
              form,
              ...(members === undefined ? {} : { members }),
              doc,
            },
          ],
    ),
    ...options.flatMap(({ key, gate }) =>
      gate?.environment === undefined
        ? []
        : [
            {
              name: gate.environment,
              flag: gate.flag,
              form: 'boolean' as const,
              doc: `Whether steps may set ${key} in backend_options.kubernetes.`,
            },
          ],
    ),
  ]);
  return [
    ...new Map(all.toReversed().map((variable) => [variable.name, variable])).values(),
  ].toReversed();
}
