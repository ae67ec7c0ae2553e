import { expect, it } from 'vitest';
import { gitlabFailure } from './failure-reasons.ts';

it.each([
  ['script_failed', '', 'script_failure', false],
  ['configuration_error', '', 'runner_configuration_error', false],
  ['oom_killed', '', 'runner_system_failure', true],
  ['a_plugin_s_own', '', 'runner_system_failure', true],
  ['job_timeout', '', 'job_execution_timeout', false],
  ['canceled', '', 'job_canceled', false],
  ['image_pull_failed', 'toomanyrequests', 'image_pull_failure', false],
  ['image_pull_failed', 'Manifest Unknown', 'runner_configuration_error', false],
  [
    'image_pull_failed',
    'dial tcp: lookup r: no such host',
    'runner_external_dependency_failure',
    false,
  ],
  [
    'image_pull_failed',
    'tls handshake timeout: not found',
    'runner_external_dependency_failure',
    false,
  ],
  ['constructor', '', 'runner_system_failure', true],
])('%s %s is %s', (reason, message, word, system) => {
  expect(gitlabFailure(reason, message)).toEqual({ reason: word, system });
});
