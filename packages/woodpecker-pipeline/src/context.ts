/** What makes a pipeline run; `when.event` compares with it. */
export type PipelineEvent =
  | 'push'
  | 'pull_request'
  | 'pull_request_closed'
  | 'pull_request_metadata'
  | 'tag'
  | 'release'
  | 'deployment'
  | 'cron'
  | 'manual';

/** Every event of Woodpecker 3.17. */
export const pipelineEvents: readonly PipelineEvent[] = [
  'push',
  'pull_request',
  'pull_request_closed',
  'pull_request_metadata',
  'tag',
  'release',
  'deployment',
  'cron',
  'manual',
];

/** The events around a pull request: they share `when.path`, the facts of the request, and the limits of secrets. */
export const isPullRequest = (event: PipelineEvent | undefined): boolean =>
  event?.startsWith('pull_request') === true;

/** What the server would know of the repository; it becomes `CI_REPO_*` and labels. */
export interface RepositoryFacts {
  readonly id: number;
  readonly orgId: number;
  readonly owner: string;
  readonly name: string;
  /** The forge's own id. */
  readonly remoteId?: string;
  /** Page of the repository on its forge; host and path of it make the workspace path. */
  readonly url: string;
  readonly cloneUrl?: string;
  readonly cloneSshUrl?: string;
  readonly defaultBranch?: string;
  readonly private?: boolean;
}

/** One run and its commit; it becomes `CI_PIPELINE_*` and `CI_COMMIT_*`. Times are Unix seconds. */
export interface PipelineFacts {
  readonly number: number;
  readonly event?: PipelineEvent;
  /** Why, of the event `pull_request_metadata`. */
  readonly eventReason?: string;
  readonly parent?: number;
  /** Page of the commit or request on the forge. */
  readonly forgeUrl?: string;
  readonly created?: number;
  readonly started?: number;
  readonly finished?: number;
  readonly status?: string;
  readonly deployTarget?: string;
  readonly deployTask?: string;
  /** Name of the cron job, for the event `cron`. */
  readonly cron?: string;
  /** Who started it; the commit's author when absent. */
  readonly author?: { readonly name?: string; readonly avatar?: string };
  readonly commit?: CommitFacts;
}

/** What git and the forge say of the commit. */
export interface CommitFacts {
  readonly sha?: string;
  /** `refs/heads/main` */
  readonly ref?: string;
  /** `source:target` of a pull request. */
  readonly refspec?: string;
  /** The target of a pull request. */
  readonly branch?: string;
  readonly message?: string;
  /** Unix seconds. */
  readonly timestamp?: number;
  readonly author?: { readonly name?: string; readonly email?: string; readonly avatar?: string };
  /** Paths from the root of the repository; `when.path` compares with them. */
  readonly changedFiles?: readonly string[];
  readonly pullRequestLabels?: readonly string[];
  readonly pullRequestMilestone?: string;
  readonly pullRequestDraft?: boolean;
  readonly prerelease?: boolean;
}

/** What an administrator grants a repository. */
export interface RepositoryTrust {
  /** `dns`, `dns_search`, `extra_hosts`, `network_mode` */
  readonly network: boolean;
  /** `volumes`, `tmpfs`, `devices` */
  readonly volumes: boolean;
  /** `privileged`, and git's login for every step. */
  readonly security: boolean;
}

/** A secret and who may use it. */
export interface PipelineSecret {
  /** Compared without regard to case. */
  readonly name: string;
  readonly value: string;
  /** Only plugins with these images; absent or empty: every step. */
  readonly images?: readonly string[];
  /** Only in these events; absent or empty: always. `pull_request` counts for every event of pull requests. */
  readonly events?: readonly string[];
}

/** Everything besides the files that decides what they compile to: what a server has in its database and settings. */
export interface PipelineContext {
  /** The server's address: `CI_SYSTEM_URL`, and the start of links to pipelines. */
  readonly systemUrl: URL;
  /** The server's version; no variable when absent. */
  readonly systemVersion?: string;
  /** `os/arch` for `when.platform`; a server knows none and leaves it to the agent. */
  readonly platform?: string;
  readonly forge: { readonly type: string; readonly url: string };
  readonly repository: RepositoryFacts;
  readonly pipeline: PipelineFacts;
  readonly previous?: PipelineFacts;
  readonly trust: RepositoryTrust;
  readonly secrets?: readonly PipelineSecret[];
  /** Logins by registry host. */
  readonly registries?: readonly {
    readonly host: string;
    readonly username: string;
    readonly password: string;
  }[];
  /** Variables of this run, as given when a pipeline is started by hand; plugins do not get them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Variables that the server gives every step. */
  readonly globalVariables?: Readonly<Record<string, string>>;
  readonly proxy?: { readonly http?: string; readonly https?: string; readonly no?: string };
  /** Plugin images that run privileged; an entry with a tag means that tag only. */
  readonly privilegedPlugins?: readonly string[];
  /** Plugin images that get git's login. Default: the default clone plugin, any tag, from Docker Hub or Quay. */
  readonly trustedClonePlugins?: readonly string[];
  /** Image of the default clone step. Default: {@link defaultClonePlugin}. */
  readonly clonePlugin?: string;
  /** Git's login; for private repositories only, unless `authenticatePublicRepositories`. */
  readonly gitLogin?: {
    readonly machine: string;
    readonly username: string;
    readonly password: string;
  };
  readonly authenticatePublicRepositories?: boolean;
  /** Labels of workflows that have none. */
  readonly defaultLabels?: Readonly<Record<string, string>>;
  /** Volumes and networks that the server gives every step. */
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  /** The server's `WOODPECKER_FORCE_IGNORE_SERVICE_FAILURE`. Default: true. */
  readonly ignoreServiceFailures?: boolean;
  /** The source is there already: no clone steps, whatever the files say. */
  readonly skipClone?: boolean;
  /**
   * Image of a step `clone` that stands in for all clone steps where the source comes from somewhere else: what fills the
   * workspace is up to whoever runs it. A workflow with `skip_clone` has none.
   */
  readonly sourcesImage?: string;
  /** Steps with `when: local: false` are left out. */
  readonly isLocal?: boolean;
}

/** Image of the clone step where neither the file nor the caller names one (Woodpecker 3.17). */
export const defaultClonePlugin = 'docker.io/woodpeckerci/plugin-git:2.10.0';

/** Plugins that get git's login unless the caller says otherwise. */
export const defaultTrustedClonePlugins: readonly string[] = [
  'docker.io/woodpeckerci/plugin-git',
  'quay.io/woodpeckerci/plugin-git',
];
