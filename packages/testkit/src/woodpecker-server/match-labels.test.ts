import { expect, it } from 'vitest';
import { matchLabels } from './match-labels.ts';

const agent = { hostname: 'a', platform: 'linux/amd64', backend: 'kubernetes', repo: '*' };

it.each([
  ['a repository that any agent takes', agent, { repo: 'acme/demo' }, 1],
  ['a platform that is the agent’s', agent, { repo: 'acme/demo', platform: 'linux/amd64' }, 11],
  ['another platform', agent, { repo: 'acme/demo', platform: 'linux/arm64' }, 0],
  ['a label that the agent lacks', agent, { repo: 'acme/demo', gpu: 'yes' }, 0],
  ['an empty label', agent, { repo: 'acme/demo', gpu: '' }, 1],
  ['labels of the server’s own', agent, { repo: 'a/b', 'woodpecker-ci.org/repo-id': '1' }, 1],
  [
    'a label that the agent insists on',
    { ...agent, '!gpu': 'yes' },
    { repo: 'a/b', gpu: 'yes' },
    11,
  ],
  ['the lack of it', { ...agent, '!gpu': 'yes' }, { repo: 'a/b' }, 0],
  ['nothing at all', agent, {}, 0],
])('%s', (_what, own, workflow, score) => {
  expect(matchLabels(own, workflow)).toBe(score);
});
