import type { GitFacts, PipelineJob } from './pipeline.ts';
import type { CiVariable } from './variables.ts';

/** Numbers and addresses a server would give; local runs make them up. */
export interface JobIdentity {
  readonly jobId: number;
  readonly pipelineId: number;
  readonly projectId: number;
  readonly serverUrl: URL;
}

/**
 * The `CI_*` variables that GitLab sends. What the runner adds itself (`CI_PROJECT_DIR`, `CI_BUILDS_DIR`, …) is not among them.
 * Names and formats: GitLab's reference of predefined variables.
 */
export function predefinedVariables(
  job: PipelineJob,
  git: GitFacts,
  identity: JobIdentity,
): readonly CiVariable[] {
  const groups = git.projectPath.split('/').slice(0, -1);
  const { serverUrl } = identity;
  const values: Readonly<Record<string, string | undefined>> = {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_PIPELINE_ID: String(identity.pipelineId),
    CI_PIPELINE_IID: String(identity.pipelineId),
    CI_PIPELINE_SOURCE: 'push',
    CI_JOB_ID: String(identity.jobId),
    CI_JOB_NAME: job.name,
    CI_JOB_NAME_SLUG: slug(job.name),
    CI_JOB_STAGE: job.stage,
    CI_JOB_IMAGE: job.image?.name,
    CI_JOB_MANUAL: job.when === 'manual' ? 'true' : undefined,
    CI_NODE_TOTAL: '1',
    CI_SERVER_URL: serverUrl.origin,
    CI_SERVER_HOST: serverUrl.hostname,
    CI_SERVER_PROTOCOL: serverUrl.protocol.replace(':', ''),
    CI_SERVER_PORT:
      serverUrl.port === '' ? (serverUrl.protocol === 'https:' ? '443' : '80') : serverUrl.port,
    CI_API_V4_URL: `${serverUrl.origin}/api/v4`,
    CI_PROJECT_ID: String(identity.projectId),
    CI_PROJECT_NAME: git.projectName,
    CI_PROJECT_TITLE: git.projectName,
    CI_PROJECT_PATH: git.projectPath,
    CI_PROJECT_PATH_SLUG: slug(git.projectPath),
    CI_PROJECT_NAMESPACE: groups.join('/'),
    CI_PROJECT_ROOT_NAMESPACE: groups[0] ?? '',
    CI_PROJECT_URL: `${serverUrl.origin}/${git.projectPath}`,
    CI_CONFIG_PATH: '.gitlab-ci.yml',
    CI_DEFAULT_BRANCH: git.defaultBranch ?? 'main',
    CI_COMMIT_SHA: git.sha,
    CI_COMMIT_SHORT_SHA: git.sha.slice(0, 8),
    CI_COMMIT_BEFORE_SHA: git.beforeSha ?? '0'.repeat(40),
    CI_COMMIT_REF_NAME: git.ref,
    CI_COMMIT_REF_SLUG: slug(git.ref),
    CI_COMMIT_REF_PROTECTED: 'false',
    CI_COMMIT_BRANCH: git.branch,
    CI_COMMIT_TAG: git.tag,
    CI_COMMIT_MESSAGE: git.message,
    CI_COMMIT_TITLE: git.message?.split('\n')[0],
  };
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value, raw: false }],
  );
}

/** GitLab's slug: lower case, 63 characters, everything but letters and digits as `-`, none of these at the ends. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
}
