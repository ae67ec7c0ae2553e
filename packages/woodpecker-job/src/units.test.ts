import type { JobRequest, JsonObject, Unit } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { jobContext } from './job-context.ts';
import { neutralJob } from './job.ts';
import { settingsSchema, type WoodpeckerJobSettings } from './settings.ts';
import { stepUnits } from './units.ts';

const requestOf = (payload: JsonObject): JobRequest => ({
  id: '7',
  payload,
  runner: { name: 'r', token: '', id: 'r', systemId: '', serverUrl: '', slot: 0 },
});
const options = { hostname: 'agent', platform: 'linux/amd64' };

function settingsWith(settings: JsonObject): WoodpeckerJobSettings {
  const checked = settingsSchema['~standard'].validate(settings);
  if (checked instanceof Promise || checked.issues !== undefined) throw new Error('wrong settings');
  return checked.value;
}

const unitsOf = (
  stages: readonly (readonly JsonObject[])[],
  settings: JsonObject = {},
  more: JsonObject = {},
): readonly Unit[] =>
  stepUnits(
    jobContext(
      requestOf({
        id: '7',
        ...more,
        config: { volume: 'v', pipeline: stages.map((steps) => ({ steps })) },
      }),
      options,
    ),
    settingsWith(settings),
  );
const step = (uuid: string, more: JsonObject = {}): JsonObject => ({ uuid, name: uuid, ...more });

describe('steps are units', () => {
  it('each comes after all of the nearest stage before that has any', () => {
    const units = unitsOf([[], [step('A')], [], [step('B'), step('C')], [step('D')]]);
    expect(units.map(({ id, after }) => [id, after])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['c', ['a']],
      ['d', ['b', 'c']],
    ]);
  });

  it.each([
    [{ on_success: true }, 'success'],
    [{ on_failure: true }, 'failure'],
    [{ on_success: true, on_failure: true }, 'always'],
    [{}, 'never'],
  ])('with %j one runs on %s', (conditions, on) => {
    expect(unitsOf([[step('A', conditions)]])).toMatchObject([{ on }]);
  });

  it.each([
    [{ failure: 'fail' }, { background: false, countsAsFailure: true }],
    [{ failure: 'cancel' }, { background: false, countsAsFailure: true }],
    [{ failure: 'ignore' }, { background: false, countsAsFailure: false }],
    [{ detach: true }, { background: true, countsAsFailure: false }],
    [{ type: 'service' }, { background: true, countsAsFailure: false }],
  ])('of one with %j the end counts so: %j, and its start always', (more, expected) => {
    expect(unitsOf([[step('A', more)]])).toMatchObject([{ ...expected, mustStart: true }]);
  });

  it.each([
    ['01J0C', '01j0c'],
    ['UPPER_case..UUID--1', 'upper-case-uuid-1'],
    ['...', 'step-1'],
  ])('the uuid %s gives the id %s', (uuid, id) => {
    expect(unitsOf([[step(uuid)]])).toMatchObject([{ id }]);
  });

  it.each([
    ['service', 'wp-svc-a-data-base', 'service'],
    ['clone', 'wp-a', 'clone'],
    ['plugin', 'wp-a', 'step'],
    ['commands', 'wp-a', 'step'],
    ['cache', 'wp-a', 'step'],
  ])('a %s has the pod %s with a container for a %s', (type, podName, role) => {
    expect(unitsOf([[step('A', { type, name: 'data base' })]])).toMatchObject([
      {
        podName,
        work: { kind: 'container', container: podName },
        containers: [{ name: podName, role, init: false }],
      },
    ]);
  });

  it('a clone step takes its files where whoever runs the workflow brings them', () => {
    const stages = [[step('A', { type: 'clone', workspace_base: '/w', working_dir: '/w/src' })]];
    const payload = { config: { volume: 'v', pipeline: stages.map((steps) => ({ steps })) } };
    const context = jobContext(requestOf(payload), { ...options, sources: 'files' });
    expect(stepUnits(context, settingsWith({}))).toMatchObject([
      {
        containers: [{ name: 'wp-a', driven: true }],
        work: {
          kind: 'session',
          sessionContainer: 'wp-a',
          scriptsDirectory: '/w-millrace/scripts',
          stages: [{ action: { do: 'receive', transfer: 'files', directory: '/w/src' } }],
        },
      },
    ]);
  });

  it.each([
    [{}, 20],
    [{ stopTimeout: 0 }, 0],
  ])('with %j pods get %i seconds to end', (settings, seconds) => {
    expect(unitsOf([[step('A')]], settings)).toMatchObject([{ stopGraceSeconds: seconds }]);
  });

  it.each([
    [{}, 3600],
    [{ timeout: 0 }, 3600],
    [{ timeout: 5 }, 300],
  ])(
    'with %j each may wait %i seconds for its pod, as long as the workflow lasts',
    (more, seconds) => {
      expect(unitsOf([[step('A')]], {}, more)).toMatchObject([{ startTimeoutSeconds: seconds }]);
    },
  );

  it('labels of the pipeline file count where the operator says so', () => {
    const labels = { 'woodpecker-ci.org/event': 'push', custom: 'A b' };
    const labelled = [[step('A', { workflow_labels: labels })]];
    const keys = (units: readonly Unit[]): readonly string[] =>
      units.flatMap((unit) => (unit.labels ?? []).map(({ key, value }) => `${key}=${value}`));
    expect(keys(unitsOf(labelled))).not.toContain('custom=a-b');
    expect(keys(unitsOf(labelled, { userLabels: true }))).toContain('custom=a-b');
  });

  it.each([
    [{ username: 'u', password: 'p' }, { secretName: 'wp-a' }],
    [{ username: 'u' }, undefined],
    [{}, undefined],
  ])('registry credentials %j go with the image', (login, expected) => {
    const [unit] = unitsOf([[step('A', { type: 'service', name: 's', auth_config: login })]]);
    expect(unit?.containers[0]?.image?.login?.secretName).toBe(expected?.secretName);
  });
});

it('the workflow is a job with a network, a workspace and an owner', () => {
  const context = jobContext(
    requestOf({
      id: 'My_Task..1',
      config: { volume: 'wp_X_0_default', pipeline: [{ steps: [step('A', { org_id: 3 })] }] },
    }),
    options,
  );
  expect(neutralJob(context)).toMatchObject({
    owner: '3',
    network: {
      name: 'wp-hsvc-my-task.1',
      selector: { key: 'woodpecker-ci.org/task-uuid', value: 'My_Task..1' },
    },
    workspace: { volumeName: 'wp-x-0-default' },
    labels: [{ value: 'My_Task..1', fixed: true }],
  });
});

it.each([
  [{ stopTimeout: -1 }, /0 or more/],
  [{ stopTimeout: 'a' }, /must be a number/],
  [{ userLabels: 1 }, /must be a boolean/],
  [{ stopTimeuot: 1 }, /not a known setting/],
])('the settings %j are refused', (settings, message) => {
  const checked = settingsSchema['~standard'].validate(settings);
  expect(checked).toMatchObject({
    issues: [{ message: expect.stringMatching(message) as string }],
  });
});
