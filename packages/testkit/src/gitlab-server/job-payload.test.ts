import { readFileSync } from 'node:fs';
import type { JsonObject, JsonValue } from '@millrace/core';
import { expect, it } from 'vitest';
import { isObject } from './check-fields.ts';
import { jobPayload } from './job-payload.ts';

const recorded = JSON.parse(
  readFileSync(
    new URL(
      '../../../../e2e/suites/recorded/fixtures/gitlab/001-minimal-a/job.json',
      import.meta.url,
    ),
    'utf8',
  ),
) as JsonObject;

/** Paths of members with the types of their values. */
function shape(value: JsonValue | undefined, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each: JsonValue) => shape(each, `${path}[]`));
  if (!isObject(value)) return [`${path}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value).flatMap(([key, member]) => shape(member, `${path}.${key}`));
}

it('has every member that a recorded payload has, of the same type', () => {
  const own = new Set(shape(jobPayload()));
  expect(shape(recorded).filter((member) => !own.has(member))).toEqual([]);
});

it('is what a test says', () => {
  const payload = jobPayload({
    id: 5,
    name: 'build',
    script: ['make'],
    afterScript: ['make clean'],
    image: 'alpine',
    timeout: 60,
    variables: [{ key: 'SECRET', value: 'x', masked: true, public: false }],
    serverUrl: 'http://127.0.0.1:1234',
    project: 'acme/demo',
    ref: 'topic',
    sha: 'a'.repeat(40),
    members: { services: [{ name: 'redis' }] },
  });
  expect(payload).toMatchObject({
    id: 5,
    token: 'glcbt-job-token-5',
    job_info: { name: 'build', project_name: 'demo', project_full_path: 'acme/demo' },
    git_info: {
      repo_url: 'http://gitlab-ci-token:glcbt-job-token-5@127.0.0.1:1234/acme/demo.git',
      ref: 'topic',
      sha: 'a'.repeat(40),
    },
    runner_info: { timeout: 60 },
    image: { name: 'alpine' },
    services: [{ name: 'redis' }],
    steps: [
      { name: 'script', script: ['make'], timeout: 60, when: 'on_success' },
      { name: 'after_script', script: ['make clean'], when: 'always', allow_failure: true },
    ],
  });
  expect(payload['variables']).toContainEqual({
    key: 'SECRET',
    value: 'x',
    public: false,
    file: false,
    masked: true,
    raw: false,
  });
});
