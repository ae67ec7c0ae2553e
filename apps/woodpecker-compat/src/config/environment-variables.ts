import type { Binding, SettingForm } from '@millrace/core';

/** A variable of the agent's environment that a plugin reads. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly flag: string | undefined;
  readonly form: SettingForm;
  readonly doc: string;
}

/** Variables of all bindings, switches that allow options of steps among them; each once. */
export function environmentVariables(bindings: readonly Binding[]): readonly EnvironmentVariable[] {
  const all = bindings.flatMap(({ rows, options = [] }): readonly EnvironmentVariable[] => [
    ...rows.flatMap(({ environment, flag, form, doc }) =>
      environment === undefined ? [] : [{ name: environment, flag, form, doc }],
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
