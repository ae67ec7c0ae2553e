import { expect, it } from 'vitest';
import { identity } from '../testing/runner.test.helper.ts';
import { kubernetesRunnerInfo, registrationInfo } from './runner-info.ts';

const on = (features: Readonly<Record<string, boolean>>): readonly string[] =>
  Object.keys(features).filter((name) => features[name]);

it('claims for a Kubernetes runner all features but two', () => {
  const { features } = kubernetesRunnerInfo(identity);
  expect(Object.keys(features)).toHaveLength(31);
  expect(Object.keys(features).filter((name) => !features[name])).toEqual([
    'shared',
    'service_executor_opts',
  ]);
});

it('claims for a registration only what the protocol itself can', () => {
  const info = registrationInfo(identity);
  expect(on(info.features).toSorted()).toEqual([
    'cancel_gracefully',
    'cancelable',
    'job_inputs',
    'trace_checksum',
    'trace_reset',
    'trace_size',
    'two_phase_job_commit',
  ]);
  expect(info).not.toHaveProperty('executor');
});

it('leaves single features to the program', () => {
  const { features } = kubernetesRunnerInfo(identity, { features: { terminal: false } });
  expect(features).toMatchObject({ terminal: false, session: true });
});

it('has labels only where there are some, and bash unless told otherwise', () => {
  expect(kubernetesRunnerInfo(identity)).toMatchObject({ shell: 'bash', executor: 'kubernetes' });
  expect(kubernetesRunnerInfo(identity)).not.toHaveProperty('labels');
  const info = kubernetesRunnerInfo(identity, { shell: 'pwsh', labels: { region: 'eu' } });
  expect(info).toMatchObject({ shell: 'pwsh', labels: { region: 'eu' } });
});
