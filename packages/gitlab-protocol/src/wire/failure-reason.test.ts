import { expect, it } from 'vitest';
import { acceptedFailureReason } from './failure-reason.ts';

const newer = ['image_pull_failure', 'runner_configuration_error', 'job_canceled'];

it.each([
  ['', [], 'script_failure'],
  ['script_failure', [], 'script_failure'],
  ['runner_system_failure', [], 'runner_system_failure'],
  ['job_execution_timeout', [], 'job_execution_timeout'],
  ['image_pull_failure', newer, 'image_pull_failure'],
  ['image_pull_failure', [], 'runner_system_failure'],
  ['runner_configuration_error', newer, 'runner_configuration_error'],
  ['runner_configuration_error', [], 'script_failure'],
  ['runner_external_dependency_failure', newer, 'runner_system_failure'],
  ['job_canceled', newer, 'job_canceled'],
  ['job_canceled', [], 'unknown_failure'],
  ['constructor', [], 'unknown_failure'],
] as const)('%j, where the server knows %j, is told as %s', (reason, accepted, told) => {
  expect(acceptedFailureReason(reason, accepted)).toBe(told);
});
