import type { GitFacts } from '@millrace/local-jobs';
import type { PipelineContext, PipelineEvent } from '@millrace/woodpecker-pipeline';

/** What the user says about a local run, in the words of the command line. */
export interface LocalWishes {
  readonly event: PipelineEvent;
  readonly branch?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly trusted: boolean;
  readonly sourcesImage: string;
}

/** What a server would know of a local run: the folder counts as a repository of `local`. Pure. */
export function localContext(
  git: GitFacts,
  { event, branch = git.branch ?? 'main', variables, secrets, trusted, sourcesImage }: LocalWishes,
  { now, platform }: { readonly now: number; readonly platform: string },
): PipelineContext {
  const seconds = Math.floor(now / 1000);
  const { authorName, authorEmail, timestamp, message, changedFiles } = git;
  return {
    systemUrl: new URL('http://localhost'),
    platform,
    forge: { type: 'local', url: 'http://localhost' },
    repository: {
      id: 1,
      orgId: 1,
      owner: 'local',
      name: git.projectName,
      url: `http://localhost/local/${git.projectName}`,
      defaultBranch: git.branch ?? 'main',
    },
    pipeline: {
      number: 1,
      event,
      created: seconds,
      started: seconds,
      commit: {
        sha: git.sha,
        ref: event === 'tag' ? `refs/tags/${branch}` : `refs/heads/${branch}`,
        branch,
        ...(message === undefined ? {} : { message }),
        ...(timestamp === undefined ? {} : { timestamp }),
        ...(changedFiles === undefined ? {} : { changedFiles }),
        author: {
          ...(authorName === undefined ? {} : { name: authorName }),
          ...(authorEmail === undefined ? {} : { email: authorEmail }),
        },
      },
    },
    trust: { network: trusted, volumes: trusted, security: trusted },
    secrets: Object.entries(secrets).map(([name, value]) => ({ name, value })),
    variables,
    sourcesImage,
    isLocal: true,
  };
}
