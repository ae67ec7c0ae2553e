import { isPullRequest, type PipelineContext, type PipelineFacts } from './context.ts';
import { goJson } from './go-text.ts';

/** A pipeline that changed more files than this does not list them. */
const maxChangedFiles = 500;

/** Which workflow of the pipeline it is. */
export interface WorkflowIdentity {
  readonly name: string;
  /** From 1. */
  readonly number: number;
}

type Values = Readonly<Record<string, string | undefined>>;

/**
 * The `CI_*` variables of a workflow, as the server sends them: what is empty is left out, numbers stay. What the agent
 * sets at the start of a step is not among them. Names: Woodpecker's documentation of built-in variables.
 */
export function metadataEnvironment(
  context: PipelineContext,
  workflow: WorkflowIdentity,
): Readonly<Record<string, string>> {
  const { repository, pipeline, previous = { number: 0 }, forge } = context;
  const systemUrl = context.systemUrl.href.replace(/\/$/u, '');
  const pageOf = ({ number }: PipelineFacts): string =>
    `${systemUrl}/repos/${repository.id}/pipeline/${number}`;
  const values: Values = {
    CI: 'woodpecker',
    CI_SYSTEM_NAME: 'woodpecker',
    CI_SYSTEM_URL: systemUrl,
    CI_SYSTEM_HOST: context.systemUrl.host,
    CI_SYSTEM_PLATFORM: context.platform,
    CI_SYSTEM_VERSION: context.systemVersion,
    CI_FORGE_TYPE: forge.type,
    CI_FORGE_URL: forge.url,
    CI_WORKFLOW_NAME: workflow.name,
    CI_WORKFLOW_NUMBER: String(workflow.number),
    CI_STEP_NUMBER: '0',
    CI_STEP_URL: pageOf(pipeline),
    ...repositoryVariables(context),
    ...currentRun(pipeline, pageOf(pipeline)),
    ...previousRun(previous, pageOf(previous)),
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [[key, value] as const],
    ),
  );
}

function repositoryVariables({ repository, trust }: PipelineContext): Values {
  return {
    CI_REPO: `${repository.owner}/${repository.name}`,
    CI_REPO_NAME: repository.name,
    CI_REPO_OWNER: repository.owner,
    CI_REPO_REMOTE_ID: repository.remoteId,
    CI_REPO_URL: repository.url,
    CI_REPO_CLONE_URL: repository.cloneUrl,
    CI_REPO_CLONE_SSH_URL: repository.cloneSshUrl,
    CI_REPO_DEFAULT_BRANCH: repository.defaultBranch,
    CI_REPO_PRIVATE: String(repository.private === true),
    CI_REPO_TRUSTED_NETWORK: String(trust.network),
    CI_REPO_TRUSTED_VOLUMES: String(trust.volumes),
    CI_REPO_TRUSTED_SECURITY: String(trust.security),
    CI_REPO_TRUSTED: String(trust.network && trust.volumes && trust.security),
  };
}

function currentRun(run: PipelineFacts, page: string): Values {
  const { commit = {} } = run;
  const files = commit.changedFiles ?? [];
  return {
    ...commonRun(run, page, 'CI_'),
    CI_PIPELINE_EVENT_REASON: run.eventReason,
    CI_PIPELINE_AUTHOR: run.author?.name ?? commit.author?.name,
    CI_PIPELINE_AVATAR: run.author?.avatar ?? commit.author?.avatar,
    CI_PIPELINE_FILES: files.length > maxChangedFiles ? undefined : goJson(files),
    CI_COMMIT_TAG: tagOf(run),
    ...(run.event === 'release' && {
      CI_COMMIT_PRERELEASE: String(commit.prerelease === true),
    }),
    ...(isPullRequest(run.event) && {
      CI_COMMIT_PULL_REQUEST: /\d+/u.exec(commit.ref ?? '')?.[0],
      CI_COMMIT_PULL_REQUEST_LABELS: commit.pullRequestLabels?.join(','),
      CI_COMMIT_PULL_REQUEST_MILESTONE: commit.pullRequestMilestone,
      CI_COMMIT_PULL_REQUEST_DRAFT: String(commit.pullRequestDraft === true),
    }),
  };
}

function previousRun(run: PipelineFacts, page: string): Values {
  return {
    ...commonRun(run, page, 'CI_PREV_'),
    CI_PREV_COMMIT_URL: run.forgeUrl,
    CI_PREV_PIPELINE_STATUS: run.status,
    CI_PREV_PIPELINE_FINISHED: String(run.finished ?? 0),
  };
}

/** What the variables of this run and of the one before have in common. */
function commonRun(run: PipelineFacts, page: string, prefix: 'CI_' | 'CI_PREV_'): Values {
  const { commit = {} } = run;
  const [source, target] = isPullRequest(run.event) ? branchesOf(commit.refspec) : [];
  const values: Values = {
    PIPELINE_NUMBER: String(run.number),
    PIPELINE_PARENT: String(run.parent ?? 0),
    PIPELINE_EVENT: run.event,
    PIPELINE_URL: page,
    PIPELINE_FORGE_URL: run.forgeUrl,
    PIPELINE_DEPLOY_TARGET: run.deployTarget,
    PIPELINE_DEPLOY_TASK: run.deployTask,
    PIPELINE_CREATED: String(run.created ?? 0),
    PIPELINE_STARTED: String(run.started ?? 0),
    COMMIT_SHA: commit.sha,
    COMMIT_REF: commit.ref,
    COMMIT_REFSPEC: commit.refspec,
    COMMIT_MESSAGE: commit.message,
    COMMIT_BRANCH: commit.branch,
    COMMIT_TIMESTAMP: String(commit.timestamp ?? 0),
    COMMIT_AUTHOR: commit.author?.name,
    COMMIT_AUTHOR_EMAIL: commit.author?.email,
    COMMIT_AUTHOR_AVATAR: commit.author?.avatar,
    COMMIT_SOURCE_BRANCH: source,
    COMMIT_TARGET_BRANCH: target,
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}

function tagOf({ event, commit = {} }: PipelineFacts): string | undefined {
  const { ref = '' } = commit;
  const isTag = event === 'tag' || event === 'release' || ref.startsWith('refs/tags/');
  return isTag ? ref.replace(/^refs\/tags\//u, '') : undefined;
}

function branchesOf(refspec = ''): readonly string[] {
  const parts = refspec.split(':');
  return parts.length === 2 ? parts : [];
}
