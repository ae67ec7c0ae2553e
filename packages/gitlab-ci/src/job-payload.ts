import { RunnerError, type JsonObject } from '@millrace/core';
import type { Pipeline, PipelineJob } from './pipeline.ts';
import { predefinedVariables, type JobIdentity } from './predefined-variables.ts';

/** A job that has ended, for those that want its artifacts. */
export interface FinishedJob {
  readonly name: string;
  readonly id: number;
  readonly token: string;
  /** Absent when it left no artifacts. */
  readonly artifactsFile?: { readonly filename: string; readonly size: number };
}

/** What a server would decide about one run of a job. */
export interface JobPayloadOptions {
  readonly id: number;
  readonly token: string;
  /** Defaults to 1. */
  readonly pipelineId?: number;
  /** Defaults to 1. */
  readonly projectId?: number;
  /** Seconds for jobs without `timeout`; defaults to 3600, as new projects have in GitLab. */
  readonly defaultTimeout?: number;
  /** Where the project claims to live; defaults to `http://localhost`. */
  readonly serverUrl?: string;
  /** Jobs that have ended so far; the payload lists those whose artifacts this job wants. */
  readonly finished?: readonly FinishedJob[];
}

/** What a current server understands. */
const failureReasons: readonly string[] = [
  'script_failure',
  'runner_system_failure',
  'job_execution_timeout',
  'image_pull_failure',
  'runner_configuration_error',
  'runner_external_dependency_failure',
  'unknown_failure',
  'job_canceled',
  'runner_interrupted',
];

const noCommit = '0'.repeat(40);

/**
 * The job as GitLab's API hands it to a runner (`POST /api/v4/jobs/request`).
 * @throws RunnerError `MILLRACE_E_PIPELINE_JOB` when the pipeline has no such job
 */
export function jobPayload(
  pipeline: Pipeline,
  jobName: string,
  options: JobPayloadOptions,
): JsonObject {
  const job = pipeline.jobs.find(({ name }) => name === jobName);
  if (job === undefined) {
    throw new RunnerError(`${pipeline.file} has no job "${jobName}"`, {
      code: 'MILLRACE_E_PIPELINE_JOB',
      kind: 'config',
      blame: jobName,
    });
  }
  const { git } = pipeline;
  const identity: JobIdentity = {
    jobId: options.id,
    pipelineId: options.pipelineId ?? 1,
    projectId: options.projectId ?? 1,
    serverUrl: new URL(options.serverUrl ?? 'http://localhost'),
  };
  const timeout = job.timeout ?? options.defaultTimeout ?? 3600;
  return {
    id: options.id,
    token: options.token,
    allow_git_fetch: true,
    job_info: {
      id: options.id,
      name: job.name,
      stage: job.stage,
      pipeline_id: identity.pipelineId,
      project_id: identity.projectId,
      project_name: git.projectName,
      project_full_path: git.projectPath,
      time_in_queue_seconds: 0,
      project_jobs_running_on_instance_runners_count: '0',
    },
    git_info: {
      repo_url: `${identity.serverUrl.origin}/${git.projectPath}.git`,
      ref: git.ref,
      sha: git.sha,
      before_sha: git.beforeSha ?? noCommit,
      ref_type: git.tag === undefined ? 'branch' : 'tag',
      refspecs: [
        git.tag === undefined
          ? `+refs/heads/${git.ref}:refs/remotes/origin/${git.ref}`
          : `+refs/tags/${git.ref}:refs/tags/${git.ref}`,
      ],
      depth: 20,
      protected: false,
    },
    runner_info: { timeout, runner_session_url: null },
    inputs: [],
    variables: payloadVariables(pipeline, job, identity, options.token),
    steps: payloadSteps(job, timeout),
    hooks:
      job.preGetSources.length === 0
        ? []
        : [{ name: 'pre_get_sources_script', script: job.preGetSources }],
    image: job.image ?? { name: '' },
    services: job.services,
    artifacts: job.artifacts === undefined ? [] : [job.artifacts],
    cache: [],
    credentials: [],
    dependencies: payloadDependencies(job, options.finished ?? []),
    features: { trace_sections: true, token_mask_prefixes: [], failure_reasons: failureReasons },
    secrets: {},
  };
}

/** Later entries win: predefined, then those of the file, then the caller's. */
function payloadVariables(
  pipeline: Pipeline,
  job: PipelineJob,
  identity: JobIdentity,
  token: string,
): readonly JsonObject[] {
  const given = Object.entries(pipeline.givenVariables).map(([key, value]) => ({
    key,
    value,
    raw: false,
  }));
  const open = [...predefinedVariables(job, pipeline.git, identity), ...job.variables, ...given];
  return [
    { key: 'CI_JOB_TOKEN', value: token, public: false, file: false, masked: true, raw: false },
    ...open.map(({ key, value, raw }) => ({
      key,
      value,
      public: true,
      file: false,
      masked: false,
      raw,
    })),
  ];
}

function payloadSteps(job: PipelineJob, timeout: number): readonly JsonObject[] {
  const script = {
    name: 'script',
    script: job.script,
    timeout,
    when: 'on_success',
    allow_failure: false,
  };
  if (job.afterScript.length === 0) return [script];
  return [
    script,
    { name: 'after_script', script: job.afterScript, timeout, when: 'always', allow_failure: true },
  ];
}

function payloadDependencies(
  job: PipelineJob,
  finished: readonly FinishedJob[],
): readonly JsonObject[] {
  const byName = new Map(finished.map((done) => [done.name, done]));
  return job.artifactsFrom.flatMap((name) => {
    const done = byName.get(name);
    if (done?.artifactsFile === undefined) return [];
    const { filename, size } = done.artifactsFile;
    return [{ id: done.id, token: done.token, name, artifacts_file: { filename, size } }];
  });
}
