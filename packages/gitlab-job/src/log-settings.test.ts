import { expect, it } from 'vitest';
import { jobLogSettings } from './log-settings.ts';

const nothing = { featureFlags: {}, environment: [] };
const variable = (key: string, value: string) => ({ key, value });

it('has GitLab Runner’s defaults where nobody says anything', () => {
  expect(jobLogSettings({}, nothing)).toEqual({
    timestamps: true,
    masksAllTokens: true,
    tokenPrefixes: [],
    dynamicSilence: false,
    debug: false,
    failureReasons: [],
  });
});

it('heeds the job’s variables, and the runner’s table before them', () => {
  const payload = { variables: [variable('FF_TIMESTAMPS', 'false')] };
  expect(jobLogSettings(payload, nothing).timestamps).toBe(false);
  const configured = { ...nothing, featureFlags: { FF_TIMESTAMPS: true } };
  expect(jobLogSettings(payload, configured).timestamps).toBe(true);
});

it.each([
  [
    'the last of two variables',
    [variable('CI_DEBUG_TRACE', 'true'), variable('CI_DEBUG_TRACE', 'false')],
    false,
  ],
  ['either debug variable', [variable('CI_DEBUG_SERVICES', 'true')], true],
])('takes %s', (_what, variables, debug) => {
  expect(jobLogSettings({ variables }, nothing).debug).toBe(debug);
});

it('takes what the server offers, and nothing of another type', () => {
  const features = { token_mask_prefixes: ['acme-', 1], failure_reasons: ['image_pull_failure'] };
  expect(jobLogSettings({ features }, nothing)).toMatchObject({
    tokenPrefixes: ['acme-'],
    failureReasons: ['image_pull_failure'],
  });
  expect(jobLogSettings({ features: 'x', variables: {} }, nothing).tokenPrefixes).toEqual([]);
});
