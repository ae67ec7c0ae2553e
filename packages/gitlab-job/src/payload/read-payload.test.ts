import { expect, it } from 'vitest';
import { payloadWith } from '../job-under-test.test.helper.ts';
import { readPayload } from './read-payload.ts';

it.each([
  [
    'git_info.depth',
    { git_info: { depth: '20' } },
    'git_info.depth must be a number, but is of type string',
  ],
  [
    'an element of a list',
    { variables: [{ key: 'A' }, { key: 1 }] },
    'variables[1].key must be a string, but is of type number',
  ],
  [
    'a script line',
    { steps: [{ name: 'script', script: [true] }] },
    'steps[0].script[0] must be a string, but is of type boolean',
  ],
  ['a list', { services: {} }, 'services must be a list, but is of type object'],
])('%s of another type is named', (_what, more, message) => {
  expect(() => readPayload(payloadWith(more))).toThrow(`job payload: ${message}`);
});

it('reads members that are null as absent', () => {
  const payload = readPayload(
    payloadWith({ services: null, image: null, hooks: null, runner_info: null }),
  );
  expect(payload).toMatchObject({ services: [], image: { name: '' }, timeout: 0 });
});

it.each([
  [{ executor_opts: { kubernetes: { user: 1000 } } }, { user: '1000', optionFault: undefined }],
  [
    { executor_opts: { kubernetes: { user: '1', bogus: 1 } } },
    {
      optionFault:
        'Unsupported "image" options [bogus] for "kubernetes executor"; supported options are [user]',
    },
  ],
  [
    { executor_opts: { podman: {} } },
    {
      optionFault:
        'Unsupported "image" options [podman] for "executor_opts"; supported options are [docker kubernetes]',
    },
  ],
  [{ pull_policy: ['always'] }, { pullPolicies: ['always'] }],
])('reads the image options %j', (options, expected) => {
  expect(readPayload(payloadWith({ image: { name: 'a', ...options } })).image).toMatchObject(
    expected,
  );
});
