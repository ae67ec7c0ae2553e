type Environment = Readonly<Record<string, string>>;

/** Names that plugins made for Drone know, by the variable whose value they get. */
const copies: readonly (readonly [from: string, to: readonly string[]])[] = [
  ['CI_COMMIT_BRANCH', ['DRONE_BRANCH', 'DRONE_COMMIT_BRANCH']],
  // Twice without the usual prefix, as plugins have it.
  ['CI_COMMIT_PULL_REQUEST', ['DRONE_PULL_REQUEST', 'PULLREQUEST_DRONE_PULL_REQUEST']],
  ['CI_COMMIT_TAG', ['DRONE_TAG']],
  ['CI_COMMIT_SOURCE_BRANCH', ['DRONE_SOURCE_BRANCH']],
  ['CI_COMMIT_TARGET_BRANCH', ['DRONE_TARGET_BRANCH']],
  ['CI_PIPELINE_NUMBER', ['DRONE_BUILD_NUMBER']],
  ['CI_PIPELINE_PARENT', ['DRONE_BUILD_PARENT']],
  ['CI_PIPELINE_EVENT', ['DRONE_BUILD_EVENT']],
  ['CI_PIPELINE_CREATED', ['DRONE_BUILD_CREATED']],
  ['CI_PIPELINE_STARTED', ['DRONE_BUILD_STARTED']],
  ['CI_PIPELINE_URL', ['DRONE_BUILD_LINK']],
  ['CI_COMMIT_SHA', ['DRONE_COMMIT', 'DRONE_COMMIT_SHA']],
  ['CI_PREV_COMMIT_SHA', ['DRONE_COMMIT_BEFORE']],
  ['CI_COMMIT_REF', ['DRONE_COMMIT_REF']],
  ['CI_PIPELINE_FORGE_URL', ['DRONE_COMMIT_LINK']],
  ['CI_COMMIT_MESSAGE', ['DRONE_COMMIT_MESSAGE']],
  ['CI_COMMIT_AUTHOR', ['DRONE_COMMIT_AUTHOR', 'DRONE_COMMIT_AUTHOR_NAME']],
  ['CI_COMMIT_AUTHOR_EMAIL', ['DRONE_COMMIT_AUTHOR_EMAIL']],
  ['CI_PIPELINE_AVATAR', ['DRONE_COMMIT_AUTHOR_AVATAR']],
  ['CI_REPO', ['DRONE_REPO']],
  ['CI_REPO_OWNER', ['DRONE_REPO_OWNER']],
  ['CI_REPO_NAME', ['DRONE_REPO_NAME']],
  ['CI_REPO_PRIVATE', ['DRONE_REPO_PRIVATE']],
  ['CI_REPO_URL', ['DRONE_REPO_LINK']],
  ['CI_REPO_DEFAULT_BRANCH', ['DRONE_REPO_BRANCH']],
  ['CI_REPO_CLONE_URL', ['DRONE_REMOTE_URL', 'DRONE_GIT_HTTP_URL']],
  ['CI_SYSTEM_HOST', ['DRONE_SYSTEM_HOST']],
  ['CI_STEP_NUMBER', ['DRONE_STEP_NUMBER']],
];

/** Variables of a plugin step that was made for Drone; a source that is not there gives no copy (woodpecker/139, 141). */
export function droneVariables(environment: Environment): Environment {
  const copied = copies.flatMap(([from, to]) => {
    const value = environment[from];
    return value === undefined ? [] : to.map((name) => [name, value] as const);
  });
  return {
    DRONE_BUILD_STATUS: 'success',
    DRONE_REPO_SCM: 'git',
    PULLREQUEST_DRONE_PULL_REQUEST: '0',
    ...Object.fromEntries(copied),
  };
}
