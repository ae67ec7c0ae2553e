import { expect, it } from 'vitest';
import { atEvent, stepOf, stepText, trusted } from './pipeline-under-test.test.helper.ts';

const environmentOf = (context: typeof trusted): Readonly<Record<string, string>> =>
  stepOf(stepText(), context).environment;

it('a release is a tag that may be a preview', () => {
  const environment = environmentOf(
    atEvent('release', { ref: 'refs/tags/v1.2', prerelease: true }),
  );
  expect(environment).toMatchObject({ CI_COMMIT_TAG: 'v1.2', CI_COMMIT_PRERELEASE: 'true' });
});

it('a pull request names its branches for each of its events', () => {
  const commit = { ref: 'refs/pull/12/head', refspec: 'feature:main', pullRequestDraft: true };
  for (const event of ['pull_request', 'pull_request_closed', 'pull_request_metadata'] as const) {
    expect(environmentOf(atEvent(event, commit))).toMatchObject({
      CI_COMMIT_PULL_REQUEST: '12',
      CI_COMMIT_PULL_REQUEST_DRAFT: 'true',
      CI_COMMIT_SOURCE_BRANCH: 'feature',
      CI_COMMIT_TARGET_BRANCH: 'main',
    });
  }
  expect(environmentOf(atEvent('push', commit))).not.toHaveProperty('CI_COMMIT_PULL_REQUEST');
});

it('changed files are a list in JSON, and none when there are too many', () => {
  const files = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `f${index}`);
  expect(environmentOf(atEvent('push', { changedFiles: ['a b', 'c'] }))).toMatchObject({
    CI_PIPELINE_FILES: '["a b","c"]',
  });
  expect(environmentOf(atEvent('push', { changedFiles: files(500) }))).toHaveProperty(
    'CI_PIPELINE_FILES',
  );
  expect(environmentOf(atEvent('push', { changedFiles: files(501) }))).not.toHaveProperty(
    'CI_PIPELINE_FILES',
  );
});

it('the run before is described like this one', () => {
  const previous = {
    number: 6,
    event: 'push',
    status: 'success',
    finished: 9,
    commit: { sha: 'abc' },
  } as const;
  expect(environmentOf({ ...trusted, previous })).toMatchObject({
    CI_PREV_PIPELINE_NUMBER: '6',
    CI_PREV_PIPELINE_EVENT: 'push',
    CI_PREV_PIPELINE_STATUS: 'success',
    CI_PREV_PIPELINE_FINISHED: '9',
    CI_PREV_PIPELINE_URL: 'https://ci.example.org/repos/1/pipeline/6',
    CI_PREV_COMMIT_SHA: 'abc',
  });
});

it('who started a run may be another than who wrote the commit', () => {
  const started = { ...trusted.pipeline, author: { name: 'ann' } };
  const environment = environmentOf({ ...trusted, pipeline: started });
  expect(environment['CI_PIPELINE_AUTHOR']).toBe('ann');
  expect(environment).not.toHaveProperty('CI_COMMIT_AUTHOR');
});
