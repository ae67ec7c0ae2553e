import { describe, expect, it } from 'vitest';
import { contextWith, sent } from '../job-under-test.test.helper.ts';
import { containerEnv } from './container-env.ts';
import { featureFlags } from './feature-flags.ts';

const envOf = (
  ...given: Parameters<typeof contextWith>
): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    containerEnv(contextWith(...given).variables).map(({ name, value }) => [name, value]),
  );

describe('variables of a job', () => {
  it('come in the order of GitLab Runner', () => {
    const { variables } = contextWith(
      { variables: [sent('MINE', '1')] },
      { environment: ['OPS=2'] },
    );
    expect(variables.all.map(({ key }) => key).slice(featureFlags.size)).toEqual([
      'CI_JOB_IMAGE',
      'CI_RUNNER_SHORT_TOKEN',
      'OPS',
      'CI_BUILDS_DIR',
      'CI_PROJECT_DIR',
      'CI_CONCURRENT_ID',
      'CI_CONCURRENT_PROJECT_ID',
      'CI_SERVER',
      'CI_JOB_STATUS',
      'CI_JOB_TIMEOUT',
      'MINE',
      'CI_DISPOSABLE_ENVIRONMENT',
      'CI_RUNNER_VERSION',
      'CI_RUNNER_REVISION',
      'CI_RUNNER_EXECUTABLE_ARCH',
      'RUNNER_TEMP_PROJECT_DIR',
    ]);
  });

  it.each([
    ['references see later variables', [sent('A', '$B'), sent('B', 'x')], 'A', 'x'],
    ['references are replaced once', [sent('A', '$B'), sent('B', '$C'), sent('C', 'x')], 'A', '$C'],
    ['raw values stay', [sent('A', '$B', { raw: true }), sent('B', 'x')], 'A', '$B'],
    ['of two with one key the later counts', [sent('A', '1'), sent('A', '2')], 'A', '2'],
    ['the image may have variables', [sent('CI_JOB_IMAGE', 'mine')], 'CI_JOB_IMAGE', 'mine'],
    [
      'a file variable is referred to by its path',
      [sent('A', '$KEY'), sent('KEY', 'content', { file: true })],
      'A',
      '/builds/acme/demo.tmp/KEY',
    ],
    ['the timeout is in seconds', [], 'CI_JOB_TIMEOUT', '3600'],
    ['the short token has no prefix', [], 'CI_RUNNER_SHORT_TOKEN', '012345678'],
  ])('%s', (_behaviour, variables, key, expected) => {
    const list = contextWith({ variables }).variables;
    expect(list.valueOf(key)).toBe(expected);
  });

  it('keep what is in a file variable apart from its path', () => {
    const { variables } = contextWith({ variables: [sent('KEY', 'content', { file: true })] });
    expect([variables.valueOf('KEY'), variables.refer('KEY')]).toEqual([
      'content',
      '/builds/acme/demo.tmp/KEY',
    ]);
  });

  it('know only what the server sent in the scope of the payload', () => {
    const { expand } = contextWith({
      variables: [sent('A', '$B'), sent('B', 'x'), sent('F', 'content', { file: true })],
    });
    expect(expand('$A $F $CI_PROJECT_DIR|', 'payload')).toBe('$B F |');
  });

  it('get two hours when the server does not say how long a job may take', () => {
    const context = contextWith({ runner_info: { timeout: 0 } });
    expect([context.timeoutSeconds, context.variables.valueOf('CI_JOB_TIMEOUT')]).toEqual([
      7200,
      '7200',
    ]);
  });
});

describe('the environment of a container', () => {
  it.each([
    ['hidden variables are left out', [sent('A', 'x', { public: false })], 'A', undefined],
    [
      'a public one shows what it refers to',
      [sent('H', 'x', { public: false }), sent('A', '<$H>')],
      'A',
      '<x>',
    ],
    ['dollar signs are doubled', [sent('A', '$$(B) $', { raw: true })], 'A', '$$$$(B) $$'],
    ['empty text has no value', [sent('A', '')], 'A', undefined],
    [
      'a file variable is its path',
      [sent('A', 'x', { file: true })],
      'A',
      '/builds/acme/demo.tmp/A',
    ],
  ])('%s', (_behaviour, variables, key, expected) => {
    expect(envOf({ variables })[key]).toBe(expected);
  });

  it('keeps the first place and the last value of a repeated name', () => {
    const { variables } = contextWith({
      variables: [sent('A', '1'), sent('B', '2'), sent('A', '3')],
    });
    const env = containerEnv(variables).filter(({ name }) => name === 'A' || name === 'B');
    expect(env.map(({ name, value }) => [name, value])).toEqual([
      ['A', '3'],
      ['B', '2'],
    ]);
  });

  it("expands a container's own variables with all of the job's", () => {
    const { variables } = contextWith({ variables: [sent('H', 'x', { public: false })] });
    const own = {
      key: 'OWN',
      value: '<$H>',
      public: true,
      file: false,
      masked: false,
      raw: false,
      internal: false,
    };
    expect(containerEnv(variables, [own]).at(-1)).toMatchObject({ name: 'OWN', value: '<x>' });
  });
});

describe('feature flags', () => {
  it.each([
    [
      'the runner wins over the job',
      { FF_TIMESTAMPS: false },
      [],
      [sent('FF_TIMESTAMPS', 'true')],
      'false',
    ],
    ['the job wins over the default', {}, [], [sent('FF_TIMESTAMPS', 'F')], 'false'],
    ["the runner's environment is shown as written", {}, ['FF_TIMESTAMPS=1'], [], '1'],
    ['another word leaves the default', {}, [], [sent('FF_TIMESTAMPS', 'off')], 'true'],
  ])('%s', (_behaviour, flags, environment, variables, expected) => {
    const settings = { environment, featureFlags: flags as Readonly<Record<string, boolean>> };
    expect(envOf({ variables }, settings)['FF_TIMESTAMPS']).toBe(expected);
  });
});
