import type { JsonObject } from '@millrace/core';
import { expect, it } from 'vitest';
import type { Step } from '../payload/payload.ts';
import { readWorkflow } from '../payload/read-workflow.ts';
import { stepEnvironment } from './step-environment.ts';

const options = { hostname: 'agent', platform: 'linux/amd64' };

function stepOf(more: JsonObject): Step {
  const config = { pipeline: [{ steps: [{ name: 'build', ...more }] }] };
  const step = readWorkflow({ config }).stages[0]?.[0];
  if (step === undefined) throw new Error('there is no step');
  return step;
}

it('what the agent says counts, whatever was sent', () => {
  const environment = {
    CI_SYSTEM_PLATFORM: 'linux/arm64',
    CI_STEP_NAME: 'mine',
    CI_PIPELINE_STATUS: 'mine',
    OWN: 'mine',
  };
  expect(stepEnvironment(stepOf({ type: 'commands', environment }), options)).toEqual({
    OWN: 'mine',
    CI_MACHINE: 'agent',
    CI_SYSTEM_PLATFORM: 'linux/amd64',
    CI_PIPELINE_STATUS: { $millrace: 'status' },
    CI_PIPELINE_STARTED: { $millrace: 'jobStartedAt' },
    CI_STEP_STARTED: { $millrace: 'startedAt' },
    CI_STEP_TYPE: 'commands',
    CI_STEP_NAME: 'build',
  });
});

it('steps with commands have their script and shell, also with an entrypoint of their own', () => {
  const variables = stepEnvironment(
    stepOf({ commands: ['true'], entrypoint: ['/ep'], environment: { SHELL: 'mine' } }),
    options,
  );
  expect(variables['SHELL']).toBe('/bin/sh');
  expect(variables['CI_SCRIPT']).toMatch(/^[A-Za-z0-9+/=]+$/);
});

it.each([
  [{}, { PULLREQUEST_DRONE_PULL_REQUEST: '0', DRONE_PULL_REQUEST: undefined }],
  [
    { CI_COMMIT_PULL_REQUEST: '9' },
    { PULLREQUEST_DRONE_PULL_REQUEST: '9', DRONE_PULL_REQUEST: '9' },
  ],
  [
    { CI_COMMIT_SHA: 'abc' },
    { DRONE_COMMIT: 'abc', DRONE_COMMIT_SHA: 'abc', DRONE_COMMIT_BEFORE: undefined },
  ],
  [{ CI_PIPELINE_STARTED: '0' }, { DRONE_BUILD_STARTED: '0' }],
  [{ DRONE_REPO_SCM: 'hg' }, { DRONE_REPO_SCM: 'git', DRONE_BUILD_STATUS: 'success' }],
])('a plugin with %j sees %j', (environment, expected) => {
  const variables = stepEnvironment(stepOf({ type: 'plugin', environment }), options);
  for (const [name, value] of Object.entries(expected)) expect(variables[name]).toBe(value);
});

it('other steps see no variables of Drone', () => {
  const names = Object.keys(stepEnvironment(stepOf({ type: 'clone' }), options));
  expect(names.filter((name) => name.includes('DRONE'))).toEqual([]);
});
