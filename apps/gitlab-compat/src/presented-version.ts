/** The release of GitLab Runner that this program stands in for: helper image tag, `info.version`, `CI_RUNNER_VERSION`. */
export const presentedVersion = '19.4.0';
/** Its revision, as `CI_RUNNER_REVISION` shows it. */
export const presentedRevision = 'd79f3e7b';
/** How it introduces itself to GitLab. */
export const userAgent: string = [
  'gitlab-runner',
  presentedVersion,
  '(19-4-stable; go1.25.7; linux/amd64)',
].join(' ');
