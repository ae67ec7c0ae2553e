import type { JsonObject } from '@millrace/core';
import { expect, it } from 'vitest';
import { jobPayload, type JobPayloadOptions } from './job-payload.ts';
import { loadPipeline } from './load-pipeline.ts';
import { slug } from './predefined-variables.ts';

const text = `
stages: [build, test]
variables: {CI_PROJECT_NAME: mine, PLAIN: a b}
compile: {stage: build, script: [make], artifacts: {paths: [out/]}}
lint: {stage: build, script: [lint]}
unit tests:
  image: {name: "node:24", entrypoint: [""]}
  services: [{name: "pg:16", alias: db}]
  variables: {RAW: {value: $X, expand: false}}
  before_script: [prepare]
  script: [run]
  after_script: [clean]
  timeout: 10 minutes
  hooks: {pre_get_sources_script: [hook]}
`;
const git = {
  ref: 'feature/Ab_1',
  branch: 'feature/Ab_1',
  sha: '0123456789abcdef0123456789abcdef01234567',
  projectName: 'demo',
  projectPath: 'acme/platform/demo',
  message: 'one\n\ntwo',
};
const pipeline = loadPipeline({ text, file: 'ci.yml', git, variables: { PLAIN: 'given' } });
const payload = (options: Partial<JobPayloadOptions> = {}, job = 'unit tests'): JsonObject =>
  jobPayload(pipeline, job, { id: 42, token: 'secret', ...options });

const variables = (of: JsonObject): ReadonlyMap<string, string> =>
  new Map(
    (of['variables'] as unknown as readonly { key: string; value: string }[]).map(
      ({ key, value }) => [key, value],
    ),
  );

it('has the shape that a runner receives', () => {
  expect(payload()).toMatchObject({
    id: 42,
    token: 'secret',
    job_info: {
      id: 42,
      name: 'unit tests',
      stage: 'test',
      project_id: 1,
      project_name: 'demo',
      pipeline_id: 1,
    },
    git_info: {
      ref: git.ref,
      sha: git.sha,
      ref_type: 'branch',
      refspecs: ['+refs/heads/feature/Ab_1:refs/remotes/origin/feature/Ab_1'],
    },
    runner_info: { timeout: 600 },
    steps: [
      {
        name: 'script',
        script: ['prepare', 'run'],
        timeout: 600,
        when: 'on_success',
        allow_failure: false,
      },
      {
        name: 'after_script',
        script: ['clean'],
        timeout: 600,
        when: 'always',
        allow_failure: true,
      },
    ],
    hooks: [{ name: 'pre_get_sources_script', script: ['hook'] }],
    image: { name: 'node:24', entrypoint: [''] },
    services: [{ name: 'pg:16', alias: 'db' }],
    artifacts: [],
    cache: [],
    dependencies: [],
  });
});

it('is plain JSON', () => {
  expect(JSON.parse(JSON.stringify(payload()))).toEqual(payload());
});

it('has one step, an unnamed image and the default timeout for the smallest job', () => {
  expect(payload({ defaultTimeout: 1200 }, 'lint')).toMatchObject({
    runner_info: { timeout: 1200 },
    steps: [{ name: 'script', script: ['lint'] }],
    image: { name: '' },
    services: [],
    hooks: [],
  });
});

it('describes the artifacts it keeps', () => {
  expect(payload({}, 'compile')['artifacts']).toEqual([
    {
      untracked: false,
      paths: ['out/'],
      when: 'on_success',
      artifact_type: 'archive',
      artifact_format: 'zip',
    },
  ]);
});

it('lists the finished jobs whose artifacts it wants', () => {
  const artifactsFile = { filename: 'artifacts.zip', size: 7 };
  const finished = [
    { name: 'lint', id: 2, token: 'l' },
    { name: 'compile', id: 1, token: 'c', artifactsFile },
    { name: 'unit tests', id: 3, token: 'u', artifactsFile },
  ];
  expect(payload({ finished })['dependencies']).toEqual([
    { id: 1, token: 'c', name: 'compile', artifacts_file: artifactsFile },
  ]);
});

it('lets the file win over predefined variables and the caller over the file', () => {
  expect(variables(payload()).get('CI_PROJECT_NAME')).toBe('mine');
  expect(variables(payload()).get('PLAIN')).toBe('given');
});

it('marks what is raw, and hides the token', () => {
  const all = payload()['variables'];
  expect(all).toContainEqual({
    key: 'RAW',
    value: '$X',
    public: true,
    file: false,
    masked: false,
    raw: true,
  });
  expect(all).toContainEqual({
    key: 'CI_JOB_TOKEN',
    value: 'secret',
    public: false,
    file: false,
    masked: true,
    raw: false,
  });
});

it.each([
  ['CI', 'true'],
  ['GITLAB_CI', 'true'],
  ['CI_JOB_NAME', 'unit tests'],
  ['CI_JOB_STAGE', 'test'],
  ['CI_JOB_ID', '42'],
  ['CI_JOB_IMAGE', 'node:24'],
  ['CI_PIPELINE_ID', '1'],
  ['CI_PROJECT_PATH', 'acme/platform/demo'],
  ['CI_PROJECT_NAMESPACE', 'acme/platform'],
  ['CI_PROJECT_ROOT_NAMESPACE', 'acme'],
  ['CI_PROJECT_URL', 'http://localhost/acme/platform/demo'],
  ['CI_SERVER_HOST', 'localhost'],
  ['CI_SERVER_PORT', '80'],
  ['CI_COMMIT_SHORT_SHA', '01234567'],
  ['CI_COMMIT_BRANCH', 'feature/Ab_1'],
  ['CI_COMMIT_REF_SLUG', 'feature-ab-1'],
  ['CI_COMMIT_TITLE', 'one'],
  ['CI_DEFAULT_BRANCH', 'main'],
  ['CI_COMMIT_TAG', undefined],
  ['CI_PROJECT_DIR', undefined],
])('sets %s to %s', (key, value) => {
  expect(variables(payload()).get(key)).toBe(value);
});

it('knows a tag from a branch', () => {
  const { branch: _branch, ...rest } = git;
  const tagged = loadPipeline({ text, file: 'ci.yml', git: { ...rest, ref: 'v1', tag: 'v1' } });
  const of = jobPayload(tagged, 'lint', { id: 1, token: 't' });
  expect(of).toMatchObject({
    git_info: { ref_type: 'tag', refspecs: ['+refs/tags/v1:refs/tags/v1'] },
  });
  expect(variables(of).get('CI_COMMIT_TAG')).toBe('v1');
  expect(variables(of).has('CI_COMMIT_BRANCH')).toBe(false);
});

it('refuses a job that is not there', () => {
  expect(() => payload({}, 'nope')).toThrow(
    expect.objectContaining({
      code: 'MILLRACE_E_PIPELINE_JOB',
      message: 'ci.yml has no job "nope"',
    }),
  );
});

it.each([
  ['Feature/ABC_1', 'feature-abc-1'],
  ['-a-', 'a'],
  [`${'x'.repeat(62)}/y`, 'x'.repeat(62)],
])('makes the slug of %s', (name, expected) => {
  expect(slug(name)).toBe(expected);
});
