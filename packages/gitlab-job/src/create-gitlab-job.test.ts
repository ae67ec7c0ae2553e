import type { JsonObject, Stage } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { sent } from './job-under-test.test.helper.ts';
import { planJob } from './plan-job.test.helper.ts';

const stagesOf = (...given: Parameters<typeof planJob>): readonly Stage[] => {
  const { work } = planJob(...given).unit;
  return work.kind === 'session' ? work.stages : [];
};
const artifacts = (when: string): JsonObject => ({ paths: ['out/$X'], when });

describe('the job', () => {
  it('is named after runner, project and slot', () => {
    expect(planJob().job.podName).toBe('runner-012345678-project-101-concurrent-0-abcdefgh');
  });

  it('carries the labels and annotations of GitLab Runner', () => {
    const { labels, annotations } = planJob({
      variables: [sent('CI_PROJECT_NAMESPACE', 'acme/platform')],
    }).job;
    const all = Object.fromEntries(
      [...labels, ...annotations].map(({ key, value }) => [key, value]),
    );
    expect(all).toMatchObject({
      pod: 'runner-012345678-project-101-concurrent-0',
      'project.runner.gitlab.com/namespace': 'acme_platform',
      'manager.runner.gitlab.com/name': 'my_runner',
      'job.runner.gitlab.com/url': 'https://gitlab.example.com/acme/demo/-/jobs/4001',
      'job.runner.gitlab.com/timeout': '1h0m0s',
    });
  });

  it('asks for services with aliases and images expanded, and leaves their variables', () => {
    const { services } = planJob({
      variables: [sent('V', '7'), sent('AL', 'a b')],
      services: [{ name: 'redis:$V', alias: '$AL,c', variables: [{ key: 'X', value: '$V' }] }],
    }).job;
    expect(services).toMatchObject([
      {
        image: { name: 'redis:7' },
        aliases: ['a', 'b', 'c'],
        variables: [{ key: 'X', value: '$V' }],
      },
    ]);
  });
});

describe('the stages of a job', () => {
  it.each([
    [
      'without anything else',
      {},
      ['prepare_script', 'get_sources', 'step_script', 'cleanup_file_variables'],
    ],
    [
      'with everything',
      {
        steps: [
          { name: 'script', script: ['true'] },
          { name: 'release', script: ['true'] },
          { name: 'after_script', script: ['true'] },
        ],
        dependencies: [
          { id: 1, name: 'a', artifacts_file: { filename: 'a.zip' } },
          { id: 2, name: 'none' },
          { id: 3, name: 'b', artifacts_file: { filename: 'b.zip' } },
        ],
        artifacts: [artifacts('always')],
      },
      [
        'prepare_script',
        'get_sources',
        'download_artifacts',
        'download_artifacts_2',
        'step_script',
        'step_release',
        'after_script_on_failure',
        'after_script',
        'upload_artifacts_on_failure',
        'upload_artifacts_on_success',
        'cleanup_file_variables',
      ],
    ],
    [
      'with artifacts of a failure only',
      { artifacts: [artifacts('on_failure')] },
      [
        'prepare_script',
        'get_sources',
        'step_script',
        'upload_artifacts_on_failure',
        'cleanup_file_variables',
      ],
    ],
  ])('%s', (_behaviour, payload, names) => {
    expect(stagesOf(payload).map(({ name }) => name)).toEqual(names);
  });

  it('run in the container that GitLab Runner runs them in', () => {
    const steps = [
      { name: 'script', script: ['true'] },
      { name: 'after_script', script: ['true'] },
    ];
    const inBuild = stagesOf({ steps }).filter(({ container }) => container === 'build');
    expect(inBuild.map(({ name }) => name)).toEqual([
      'step_script',
      'after_script_on_failure',
      'after_script',
    ]);
  });

  it('tell after_script how the job stands, in one script for each way', () => {
    const steps = [{ name: 'after_script', script: ['true'] }];
    const told = stagesOf({ steps })
      .filter(({ userCode }) => userCode)
      .map(({ name, action }) =>
        Object.entries(action).flatMap(([member, text]) => {
          const [, status] = /CI_JOB_STATUS=\W*(\w+)/.exec(String(text)) ?? [];
          return status === undefined ? [] : [`${name} ${member} ${status}`];
        }),
      );
    expect(told.flat()).toEqual([
      'after_script_on_failure script failed',
      'after_script_on_failure scriptAfterCancel canceled',
      'after_script_on_failure scriptAfterTimeout timedout',
      'after_script script success',
    ]);
  });

  it('clean up whatever happened', () => {
    expect(stagesOf().at(-1)).toMatchObject({
      on: 'always',
      afterCancel: true,
      countsAsFailure: false,
    });
  });

  it('take sources through the session when told so', () => {
    const stage = stagesOf({}, {}, { sources: 'transfer' })[1];
    expect(stage?.action).toEqual({
      do: 'receive',
      transfer: 'sources',
      directory: '/builds/acme/demo',
    });
  });

  it('send what the job keeps, with variables replaced', () => {
    const variables = [sent('X', 'x.txt')];
    const stage = stagesOf({ variables, artifacts: [artifacts('on_success')] }).find(({ name }) =>
      name.startsWith('upload'),
    );
    expect(stage?.action).toMatchObject({
      do: 'send',
      transfer: 'artifacts',
      paths: ['out/x.txt'],
    });
  });

  it('end after the time that the job gives its script', () => {
    const stage = stagesOf({ variables: [sent('RUNNER_SCRIPT_TIMEOUT', '90s')] }).find(
      ({ userCode }) => userCode,
    );
    expect(stage?.timeoutSeconds).toBe(90);
  });
});

describe('the pod', () => {
  it('has a deadline one second behind the job, unless the flag is off', () => {
    const deadline = (flag: boolean): unknown =>
      planJob({}, { featureFlags: { FF_USE_POD_ACTIVE_DEADLINE_SECONDS: flag } }).fields.find(
        ({ path }) => path === '/spec/activeDeadlineSeconds',
      )?.value;
    expect([deadline(true), deadline(false)]).toEqual([3601, undefined]);
  });

  it('keeps scripts and output where the operator wants them', () => {
    const { fields, unit } = planJob(
      {},
      { scriptsBaseDirectory: '/opt/ci/', logsBaseDirectory: '/var/ci' },
    );
    const mounts = fields.filter(({ path }) => path === '/volumeMounts').map(({ value }) => value);
    expect(mounts).toEqual([
      { name: 'scripts', mountPath: '/opt/ci/scripts-101-4001' },
      { name: 'logs', mountPath: '/var/ci/logs-101-4001' },
    ]);
    expect(unit.work).toMatchObject({
      scriptsDirectory: '/opt/ci/scripts-101-4001',
      logsDirectory: '/var/ci/logs-101-4001',
    });
  });

  it('names these volumes as ours with the exec strategy, which has none', () => {
    const { fields } = planJob(
      {},
      { featureFlags: { FF_USE_LEGACY_KUBERNETES_EXECUTION_STRATEGY: true } },
    );
    const volumes = fields.filter(({ path }) => path === '/spec/volumes').map(({ value }) => value);
    expect(volumes).toMatchObject([{ name: 'millrace-scripts' }, { name: 'millrace-logs' }]);
  });

  it('begins with a container that tells the owner when sources are to belong to the user of the image', () => {
    const { unit, fields } = planJob(
      {},
      { featureFlags: { FF_DISABLE_UMASK_FOR_KUBERNETES_EXECUTOR: true } },
    );
    expect(unit.containers[0]).toMatchObject({
      name: 'init-build-uid-gid-collector',
      role: 'build',
      init: true,
      driven: false,
    });
    const own = fields.filter(({ on }) => on?.name?.includes('init-build-uid-gid-collector'));
    expect(own.map(({ path, value }) => [path, value])).toEqual([
      ['/command', ['sh', '-c', '> /builds/.gitlab-build-uid-gid']],
    ]);
  });

  it('shows masked values only to those who ask for secrets', () => {
    const { fields } = planJob({ variables: [sent('T', 's3cr3t', { masked: true })] });
    expect(fields.find(({ source }) => source.variable === 'T')).toMatchObject({
      path: '/env',
      secret: true,
    });
  });

  it('gives the helper no variables', () => {
    expect(
      planJob().fields.filter(({ path, on }) => path === '/env' && on?.name?.includes('helper')),
    ).toEqual([]);
  });
});

describe('what is said', () => {
  it.each([
    ['an unknown shell', {}, { shell: 'fish' }, 'prepare build and shell: shell fish not found'],
    [
      'a shell that is not there yet',
      {},
      { shell: 'pwsh' },
      'prepare build and shell: shell pwsh is not supported yet',
    ],
    [
      'secrets',
      { secrets: { TOKEN: {} } },
      {},
      'secrets from a vault are not supported yet: TOKEN',
    ],
    ['inputs', { inputs: [{ key: 'env' }] }, {}, 'job inputs are not supported yet: env'],
    ['native steps', { run: '[{}]' }, {}, 'native steps (`run:`) are not supported yet'],
  ])('refuses %s', (_what, payload, settings, text) => {
    const refusals = planJob(payload, settings).contributions.filter(
      ({ kind }) => kind === 'refuse',
    );
    expect(refusals).toMatchObject([{ text, reason: 'configuration_error' }]);
  });

  it.each([
    [
      'cache',
      { cache: [{ key: 'k', paths: ['x'] }] },
      {},
      'cache is not supported yet: nothing is restored or saved',
    ],
    [
      'submodules',
      { variables: [sent('GIT_SUBMODULE_STRATEGY', 'normal')] },
      {},
      'GIT_SUBMODULE_STRATEGY is not supported yet: submodules stay empty',
    ],
    [
      'artifacts',
      { artifacts: [{ paths: ['x'] }] },
      { artifacts: 'warn' as const },
      'artifacts are not supported yet: nothing is uploaded',
    ],
  ])('names %s that is not followed yet', (_what, payload, options, text) => {
    expect(planJob(payload, {}, options).said).toContain(text);
  });

  it('tells problems of settings in one warning, those of flags twice', () => {
    const { said } = planJob({
      variables: [sent('GIT_CHECKOUT', 'x'), sent('FF_TIMESTAMPS', 'x')],
    });
    const flag = 'FF_TIMESTAMPS: could not parse feature flag, expected bool, got x';
    expect(said).toContain(
      `GIT_CHECKOUT: expected bool got "x", using default value: true\n${flag}\n${flag}`,
    );
  });

  it('says which hidden values stand in the plain environment', () => {
    const variables = [
      sent('H', 'hidden', { public: false }),
      sent('A', '<$H>'),
      sent('M', 'x', { masked: true }),
      sent('B', 'b'),
    ];
    const decisions = planJob({ variables }).contributions.filter(
      ({ kind }) => kind === 'decision',
    );
    expect(decisions).toMatchObject([
      {
        subject: 'variable A',
        reason: 'it shows the hidden H in the plain environment of the pod',
        secret: true,
      },
      { subject: 'variable M', secret: true },
    ]);
  });
});
