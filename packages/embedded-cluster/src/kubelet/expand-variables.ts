/**
 * Replaces `$(NAME)` by the variable's value; `$$` stands for one `$`, and what is not known stays as written.
 * Source: the API field documentation of `command`, `args` and `env.value`.
 */
export function expandVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:\$|\(([^()]*)\))/gu, (match: string, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(variables, name) ? (variables[name] ?? '') : match;
  });
}
