/** Where GitLab Runner looks: `CONFIG_FILE`, else a place that depends on who runs it. */
export function defaultConfig(env: NodeJS.ProcessEnv): string {
  const given = env['CONFIG_FILE'];
  if (given !== undefined && given !== '') return given;
  return process.getuid?.() === 0
    ? '/etc/gitlab-runner/config.toml'
    : `${env['HOME'] ?? '.'}/.gitlab-runner/config.toml`;
}
