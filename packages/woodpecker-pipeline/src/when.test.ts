import { describe, expect, it } from 'vitest';
import type { PipelineContext } from './index.ts';
import {
  atEvent,
  compile,
  errorsOf,
  namesOf,
  stepOf,
  stepText,
  trusted,
} from './pipeline-under-test.test.helper.ts';

const runs = (when: string, context: PipelineContext = trusted): boolean =>
  namesOf(stepText(`when: ${when}`), context).length > 0;

const pushOf = (...changedFiles: readonly string[]): PipelineContext =>
  atEvent('push', { changedFiles });

describe('when', () => {
  it.each<[string, boolean, PipelineContext?]>([
    ['{event: push}', true],
    ['{event: [tag, push]}', true],
    ['{event: tag}', false],
    ['[{event: tag}, {branch: main}]', true],
    ['{event: push, branch: dev}', false],
    ['{branch: "release/*"}', true, atEvent('push', { branch: 'release/1' })],
    ['{branch: "*"}', false, atEvent('push', { branch: 'release/1' })],
    ['{branch: {exclude: main}}', false],
    ['{branch: {include: ["**"], exclude: [dev]}}', true],
    ['{branch: dev}', true, atEvent('tag')],
    ['{ref: "refs/heads/*"}', true],
    ['{repo: acme/*}', true],
    ['{repo: other/*}', false],
    ['{instance: ci.example.org}', true],
    ['{platform: linux/amd64}', false],
    ['{platform: linux/*}', true, { ...trusted, platform: 'linux/amd64' }],
    ['{cron: nightly}', true],
    ['{cron: nightly}', false, atEvent('cron')],
    ['{path: "src/**"}', true, pushOf('src/a/b.c')],
    ['{path: "src/**"}', false, pushOf('docs/a')],
    ['{path: "src/**"}', true, pushOf()],
    ['{path: {include: "src/**", on_empty: false}}', false, pushOf()],
    ['{path: {exclude: "docs/**"}}', false, pushOf('docs/a', 'docs/b')],
    ['{path: {exclude: "docs/**"}}', true, pushOf('docs/a', 'src/b')],
    [
      '{path: {include: "src/**", ignore_message: "[all]"}}',
      true,
      atEvent('push', { message: 'x [ALL]', changedFiles: ['y'] }),
    ],
    ['{path: "src/**"}', true, atEvent('manual', { changedFiles: ['docs/a'] })],
    ['{local: false}', true],
    ['{local: false}', false, { ...trusted, isLocal: true }],
  ])('%s holds: %s', (when, expected, context) => {
    expect(runs(when, context)).toBe(expected);
  });

  it('compares the matrix, in steps only', () => {
    const matrix = (when: string): string =>
      `matrix: {V: ["1.0", "2.0"]}\n${stepText('commands: [x]', `when: {matrix: ${when}}`)}`;
    const versions = (when: string): readonly (string | undefined)[] =>
      compile(matrix(when)).workflows.map((workflow) => workflow.matrix['V']);
    expect(versions('{V: 1.0}')).toEqual(['1.0']);
    expect(versions('{exclude: {V: 1.0}}')).toEqual(['2.0']);
    expect(compile(`when: {matrix: {V: none}}\n${matrix('{}')}`).workflows).toHaveLength(2);
  });

  it.each<[string, boolean, boolean]>([
    ['{}', true, false],
    ['{status: failure}', false, true],
    ['{status: [success, failure]}', true, true],
    ['[{status: failure, event: push}, {event: tag}]', false, true],
    ['[{status: failure}, {event: push}]', true, true],
  ])('%s runs with success: %s, with failure: %s', (when, onSuccess, onFailure) => {
    const step = stepOf(stepText(`when: ${when}`));
    expect([step.on_success === true, step.on_failure === true]).toEqual([onSuccess, onFailure]);
  });
});

describe('evaluate', () => {
  it.each<[string, boolean]>([
    ['CI_COMMIT_BRANCH == CI_REPO_DEFAULT_BRANCH', true],
    ['CI_PIPELINE_EVENT == \'push\' && CI_REPO != "acme/widget"', false],
    ['not (CI_COMMIT_MESSAGE contains "thing")', false],
    ['!(CI_PIPELINE_EVENT in ["tag", "release"])', true],
    ['CI_PIPELINE_EVENT not in ["tag", "push"]', false],
    ['SKIP != "true"', true],
    ['SKIP == nil or SKIP == "no"', true],
    ['CI_COMMIT_REF startsWith "refs/heads/" and CI_COMMIT_REF endsWith "main"', true],
    ['CI_COMMIT_MESSAGE matches "(?i)^add "', true],
    ['CI_COMMIT_MESSAGE not matches "^Add"', false],
    ['lower(CI_COMMIT_MESSAGE) == "add a " + "thing"', true],
    ['len(CI_COMMIT_SHA) >= 3', true],
    ['GIVEN == "x" || false', true],
    [`"it's" == 'it' + "'s"`, true],
  ])('%s is %s', (expression, expected) => {
    const when = JSON.stringify([{ evaluate: expression }]);
    expect(runs(when, { ...trusted, variables: { GIVEN: 'x' } })).toBe(expected);
  });

  it.each<[string, string]>([
    ['split(CI_REPO, "/")[0] == "acme"', 'the function split is not supported by local runs'],
    ['CI_REPO ? true : false', '? is not supported by local runs at this place'],
    ['CI_REPO ==', 'the expression ends too early'],
    ['CI_REPO == "a', 'cannot read "a'],
    ['CI_REPO', 'the text acme/widget is neither true nor false'],
    ['SKIP contains "x"', 'contains needs text, and found nil (a variable that is not set)'],
    ['CI_REPO > 3', '> cannot compare the text acme/widget with the number 3'],
    ['CI_REPO matches "("', 'missing closing )'],
    [`${'('.repeat(60)}true${')'.repeat(60)}`, 'nested deeper than 50 levels'],
  ])('%s is refused', (expression, message) => {
    const text = stepText(`when: ${JSON.stringify([{ evaluate: expression }])}`);
    expect(errorsOf(text).join()).toContain(message);
  });
});
