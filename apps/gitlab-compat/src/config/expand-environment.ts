/**
 * `$NAME` and `${NAME}` by the process's environment, unknown names by nothing: what GitLab Runner does with `token` and
 * `url` when it loads a configuration.
 */
export const expandEnvironment = (text: string, environment: NodeJS.ProcessEnv): string =>
  text.replace(
    /\$(?:(?<bare>\w+)|\{(?<braced>[^}]*)\})/g,
    (_match, bare?: string, braced?: string) => environment[bare ?? braced ?? ''] ?? '',
  );
