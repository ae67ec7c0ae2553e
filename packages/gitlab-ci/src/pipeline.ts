import type { ConfigProblem } from '@millrace/config';
import type { CiArtifacts } from './artifacts.ts';
import type { CiImage } from './image.ts';
import type { CiVariable } from './variables.ts';

/** What the caller knows of the checkout; it becomes `git_info` and the `CI_COMMIT_*` and `CI_PROJECT_*` variables. */
export interface GitFacts {
  /** Branch or tag name. */
  readonly ref: string;
  readonly sha: string;
  /** Absent on a tag or a detached head. */
  readonly branch?: string;
  readonly tag?: string;
  readonly beforeSha?: string;
  readonly message?: string;
  readonly defaultBranch?: string;
  /** Last part of the path, `demo-app`. */
  readonly projectName: string;
  /** With groups, `acme/platform/demo-app`. */
  readonly projectPath: string;
}

/** When a job runs, given how the jobs before it ended. */
export type JobWhen = 'on_success' | 'on_failure' | 'always' | 'manual' | 'delayed';

/** A job with everything it inherits. */
export interface PipelineJob {
  readonly name: string;
  readonly stage: string;
  readonly when: JobWhen;
  /** `true`, `false`, or the exit codes that count as a warning. */
  readonly allowFailure: boolean | { readonly exitCodes: readonly number[] };
  /** Jobs that must have ended first: those it needs, or all of the earlier stages. */
  readonly after: readonly string[];
  /** True when `after` comes from `needs`; then a skipped job before it skips it. */
  readonly hasNeeds: boolean;
  /** Jobs whose artifacts it starts with, in the order they are unpacked. */
  readonly artifactsFrom: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
  /** `before_script` and `script`. */
  readonly script: readonly string[];
  readonly afterScript: readonly string[];
  readonly preGetSources: readonly string[];
  readonly image?: CiImage;
  readonly services: readonly CiImage[];
  readonly artifacts?: CiArtifacts;
  /** The pipeline's and the job's own, without predefined ones. */
  readonly variables: readonly CiVariable[];
}

/** A `.gitlab-ci.yml` as far as local runs need it. */
export interface Pipeline {
  readonly file: string;
  /** `.pre` first, `.post` last. */
  readonly stages: readonly string[];
  /** In an order in which they can run one after the other. */
  readonly jobs: readonly PipelineJob[];
  readonly git: GitFacts;
  /** Given by the caller; they win over everything in the file. */
  readonly givenVariables: Readonly<Record<string, string>>;
  readonly warnings: readonly ConfigProblem[];
  /** Keys without effect, one sentence each. */
  readonly notes: readonly string[];
}
