import { expect, it } from 'vitest';
import { planJob } from './plan-job.test.helper.ts';

const flag = { FF_SUSPENDABLE_ENVIRONMENTS: true };
const legacy = { ...flag, FF_USE_LEGACY_KUBERNETES_EXECUTION_STRATEGY: true };

it.each<
  readonly [string, Parameters<typeof planJob>[0], Readonly<Record<string, boolean>>, string]
>([
  ['nothing without the flag', { suspend_options: { suspend_on_success: true } }, {}, ''],
  ['nothing when the job asks for nothing', { suspend_options: {} }, flag, ''],
  [
    'that nothing is kept when the job asks for it after success',
    { suspend_options: { suspend_on_success: true } },
    flag,
    'warn: suspended environments are not supported yet',
  ],
  [
    'that nothing is kept when the job asks for it after a failure',
    { suspend_options: { suspend_on_failure: true } },
    flag,
    'warn: suspended environments are not supported yet',
  ],
  [
    'no to a job that goes on in a kept environment',
    { suspend_options: { runtime_environment_key: '7/s/namespace=ci&pvc=a' } },
    flag,
    'refuse: resuming a suspended environment is not supported yet',
  ],
  [
    'no to one whose server still uses the first name of the key',
    { suspend_options: { environment_key: '7/s/namespace=ci&pvc=a' } },
    flag,
    'refuse: resuming a suspended environment is not supported yet',
  ],
  [
    'no with the legacy strategy, as GitLab Runner does',
    { suspend_options: { suspend_on_success: true } },
    legacy,
    'refuse: suspend/resume requires the attach execution strategy and cannot run with',
  ],
])('the job log says %s', (_what, payload, featureFlags, expected) => {
  const said = planJob(payload, { featureFlags }).contributions.flatMap((item) =>
    'text' in item && item.text.includes('suspend') ? [`${item.kind}: ${item.text}`] : [],
  );
  expect(said).toEqual(expected === '' ? [] : [expect.stringContaining(expected)]);
});
