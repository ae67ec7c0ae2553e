import type { JobRequest, JsonObject } from '@millrace/core';
import type { GitlabJobOptions } from './gitlab-job-options.ts';
import { jobContext, type JobContext } from './job-context.ts';
import { defaultSettings, type JobSettings } from './settings.ts';

/** A variable as GitLab sends it; what is not said is as for a variable of the pipeline file. */
export const sent = (key: string, value: string, more: JsonObject = {}): JsonObject => ({
  key,
  value,
  public: true,
  file: false,
  masked: false,
  raw: false,
  ...more,
});

/** A small job payload with other members on top. */
export const payloadWith = (more: JsonObject = {}): JsonObject => ({
  id: 4001,
  token: 'job-token',
  allow_git_fetch: true,
  job_info: { name: 'unit tests', project_id: 101, project_name: 'demo', root_namespace_id: 30 },
  git_info: {
    repo_url: 'https://gitlab-ci-token:job-token@gitlab.example.com/acme/demo.git',
    ref: 'main',
    sha: '0123456789abcdef0123456789abcdef01234567',
    before_sha: '0000000000000000000000000000000000000000',
    refspecs: ['+refs/heads/main:refs/remotes/origin/main'],
    depth: 20,
  },
  runner_info: { timeout: 3600 },
  variables: [],
  steps: [{ name: 'script', script: ['true'] }],
  image: { name: 'alpine:3' },
  ...more,
});

/** The request that carries a payload. */
export const requestWith = (payload: JsonObject): JobRequest => ({
  id: 'runner-4001',
  payload,
  runner: {
    name: 'my runner',
    token: 'glrt-0123456789abcdef',
    id: 'r1',
    systemId: 's_1',
    serverUrl: 'https://gitlab.example.com',
    slot: 0,
  },
});

export const testOptions: GitlabJobOptions = {
  version: '19.4.0',
  revision: 'd79f3e7b',
  architecture: 'linux/amd64',
  sources: 'git',
  artifacts: 'transfer',
};

/** The context of a small job. */
export const contextWith = (
  payload: JsonObject = {},
  settings: Partial<JobSettings> = {},
): JobContext =>
  jobContext(requestWith(payloadWith(payload)), { ...defaultSettings, ...settings }, testOptions);
