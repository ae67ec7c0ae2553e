import { expect, it } from 'vitest';
import { maskedParts, maskedVariables } from './masks.ts';
import { readWorkflow } from './payload/read-workflow.ts';

it.each([
  ['', []],
  ['d', []],
  ['art', []],
  [' IS ', []],
  ['éé', ['éé']],
  [' four ', ['four']],
  ['an\nmulti line secret!!\n\n}', ['an', 'multi line secret!!', '}']],
])('of the secret %j these are hidden: %j', (value, parts) => {
  expect(maskedParts(value)).toEqual(parts);
});

it('credentials that the server does not call secrets are hidden too', () => {
  const workflow = readWorkflow({
    config: {
      secrets: [{ name: 'a', value: 'named-secret' }],
      pipeline: [
        {
          steps: [
            {
              environment: { CI_NETRC_PASSWORD: 'git-secret' },
              auth_config: { username: 'u', password: 'registry-secret' },
            },
          ],
        },
      ],
    },
  });
  expect(maskedVariables(workflow).map(({ value }) => value)).toEqual([
    'named-secret',
    'git-secret',
    'registry-secret',
  ]);
});
