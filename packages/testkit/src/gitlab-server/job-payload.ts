import type { JsonObject, JsonValue } from '@millrace/core';

/** What a test says about a job; the rest is as in a small project. */
export interface JobPayloadOptions {
  /** 1 by default. */
  readonly id?: number;
  /** `glcbt-job-token-<id>` by default. */
  readonly token?: string;
  readonly name?: string;
  readonly script?: readonly string[];
  readonly afterScript?: readonly string[];
  readonly image?: string;
  /** Seconds. */
  readonly timeout?: number;
  /** Added behind the server's own; public unless said otherwise. */
  readonly variables?: readonly {
    readonly key: string;
    readonly value: string;
    readonly public?: boolean;
    readonly file?: boolean;
    readonly masked?: boolean;
    readonly raw?: boolean;
  }[];
  /** Where the server is; only needed for jobs that fetch their repository. */
  readonly serverUrl?: string;
  /** `acme/platform/demo-app` by default. */
  readonly project?: string;
  readonly ref?: string;
  readonly sha?: string;
  /** Replaces whole members of the payload. */
  readonly members?: JsonObject;
}

/** The answer of GitLab to a job request: complete, and the same for the same options. */
export function jobPayload(options: JobPayloadOptions = {}): JsonObject {
  const {
    id = 1,
    token = `glcbt-job-token-${id}`,
    name = 'unit tests',
    script = ['true'],
    afterScript = [],
    image = 'registry.example.com/team/build:1.2',
    timeout = 3600,
    serverUrl = 'https://gitlab.example.com',
    project = 'acme/platform/demo-app',
    ref = 'main',
    sha = '0123456789abcdef0123456789abcdef01234567',
  } = options;
  const folders = project.split('/');
  const projectName = folders.at(-1) ?? project;
  const repositoryUrl = new URL(`${serverUrl}/${project}.git`);
  repositoryUrl.username = 'gitlab-ci-token';
  repositoryUrl.password = token;
  return {
    id,
    token,
    allow_git_fetch: true,
    job_info: {
      id,
      name,
      stage: 'test',
      pipeline_id: 901,
      project_id: 101,
      project_name: projectName,
      project_full_path: project,
      namespace_id: 31,
      root_namespace_id: 30,
      organization_id: 1,
      instance_id: '1',
      instance_uuid: '00000000-0000-4000-8000-00000000abcd',
      user_id: 5,
      scoped_user_id: null,
      time_in_queue_seconds: 1.5,
      project_jobs_running_on_instance_runners_count: '0',
      queue_size: 1,
      queue_depth: 1,
    },
    git_info: {
      repo_url: repositoryUrl.href,
      repo_object_format: 'sha1',
      ref,
      sha,
      before_sha: '0'.repeat(40),
      ref_type: 'branch',
      refspecs: [`+${sha}:refs/pipelines/901`, `+refs/heads/${ref}:refs/remotes/origin/${ref}`],
      depth: 20,
      protected: false,
    },
    runner_info: { timeout, runner_session_url: null },
    inputs: [],
    variables: [
      ...serverVariables({ id, token, name, serverUrl, project, ref, sha }),
      ...(options.variables ?? []).map((variable) => ({ ...plain, public: true, ...variable })),
    ],
    steps: [
      step('script', script, timeout, 'on_success', false),
      ...(afterScript.length === 0
        ? []
        : [step('after_script', afterScript, timeout, 'always', true)]),
    ],
    hooks: [],
    image: { name: image },
    services: [],
    artifacts: [],
    cache: [],
    credentials: [],
    dependencies: [],
    features: {
      trace_sections: true,
      token_mask_prefixes: [],
      failure_reasons: [
        'script_failure',
        'runner_system_failure',
        'job_execution_timeout',
        'image_pull_failure',
        'runner_configuration_error',
        'runner_external_dependency_failure',
        'unknown_failure',
        'job_canceled',
        'runner_interrupted',
      ],
    },
    secrets: {},
    ...options.members,
  };
}

const plain = { public: false, file: false, masked: false, raw: false };

const step = (
  name: string,
  script: readonly string[],
  timeout: number,
  when: string,
  mayFail: boolean,
): JsonObject => ({ name, script, timeout, when, allow_failure: mayFail });

function serverVariables(job: {
  readonly id: number;
  readonly token: string;
  readonly name: string;
  readonly serverUrl: string;
  readonly project: string;
  readonly ref: string;
  readonly sha: string;
}): readonly JsonValue[] {
  const folders = job.project.split('/');
  const open: Readonly<Record<string, string>> = {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_PIPELINE_ID: '901',
    CI_JOB_ID: String(job.id),
    CI_JOB_NAME: job.name,
    CI_JOB_STAGE: 'test',
    CI_SERVER_URL: job.serverUrl,
    CI_PROJECT_ID: '101',
    CI_PROJECT_NAME: folders.at(-1) ?? job.project,
    CI_PROJECT_PATH: job.project,
    CI_PROJECT_NAMESPACE: folders.slice(0, -1).join('/'),
    CI_PROJECT_NAMESPACE_ID: '31',
    CI_PROJECT_ROOT_NAMESPACE: folders[0] ?? '',
    CI_PROJECT_URL: `${job.serverUrl}/${job.project}`,
    CI_COMMIT_SHA: job.sha,
    CI_COMMIT_REF_NAME: job.ref,
    CI_RUNNER_ID: '1',
  };
  return [
    ...Object.entries(open).map(([key, value]) => ({ ...plain, key, value, public: true })),
    { ...plain, key: 'CI_JOB_TOKEN', value: job.token, masked: true },
  ];
}
