import { expect, it } from 'vitest';
import { contextWith, sent } from './job-under-test.test.helper.ts';

it.each([
  ['GIT_STRATEGY', 'none', { strategy: 'none', checkout: false }],
  ['GIT_CHECKOUT', 'f', { checkout: false }],
  ['GIT_CLEAN_FLAGS', '-ffdx -e  cache/', { cleanFlags: ['-ffdx', '-e', 'cache/'] }],
  ['GIT_CLEAN_FLAGS', 'none', { cleanFlags: [] }],
  ['RUNNER_SCRIPT_TIMEOUT', '1h30m', { scriptTimeoutSeconds: undefined }],
  ['RUNNER_SCRIPT_TIMEOUT', '90s', { scriptTimeoutSeconds: 90 }],
  ['RUNNER_AFTER_SCRIPT_TIMEOUT', '0', { afterScriptTimeoutSeconds: 300 }],
  ['AFTER_SCRIPT_IGNORE_ERRORS', 'false', { afterScriptIgnoresErrors: false }],
  ['CI_DEBUG_TRACE', 'true', { debugTrace: true }],
])('%s=%s is followed', (key, value, expected) => {
  expect(contextWith({ variables: [sent(key, value)] }).build).toMatchObject(expected);
});

it.each([
  [
    'GIT_STRATEGY',
    'bogus',
    "GIT_STRATEGY: expected either 'clone', 'fetch', 'none' or 'empty' got \"bogus\", using default value 'fetch'",
  ],
  ['GIT_CHECKOUT', 'yes', 'GIT_CHECKOUT: expected bool got "yes", using default value: true'],
  [
    'GET_SOURCES_ATTEMPTS',
    '99',
    'GET_SOURCES_ATTEMPTS: number of attempts out of the range [1, 10], clamping to: 10',
  ],
  [
    'GET_SOURCES_ATTEMPTS',
    'two',
    'GET_SOURCES_ATTEMPTS: expected int got "two", using default value: 1',
  ],
])('%s=%s is told and gets its default', (key, value, problem) => {
  expect(contextWith({ variables: [sent(key, value)] }).build.problems).toEqual([problem]);
});

it.each([
  ['abc', 'Ignoring malformed RUNNER_SCRIPT_TIMEOUT timeout: abc'],
  ['-5m', 'Ignoring relative RUNNER_SCRIPT_TIMEOUT timeout: -5m'],
  ['2h', 'RUNNER_SCRIPT_TIMEOUT timeout: 2h is longer than job timeout. Setting to job timeout'],
])('a script timeout of %s is told', (value, problem) => {
  const { build } = contextWith({ variables: [sent('RUNNER_SCRIPT_TIMEOUT', value)] });
  expect([build.timeoutProblems, build.scriptTimeoutSeconds]).toEqual([[problem], undefined]);
});

it('the operator can forbid the debug trace', () => {
  const { build } = contextWith(
    { variables: [sent('CI_DEBUG_TRACE', 'true')] },
    { debugTraceDisabled: true },
  );
  expect([build.debugTrace, build.problems]).toEqual([
    false,
    ['CI_DEBUG_TRACE: usage is disabled on this Runner'],
  ]);
});
