import { expect, it } from 'vitest';
import { helperImageName, helperOs, type HelperTarget } from './helper-image.ts';
import type { HelperImage } from './settings.ts';

const helper: HelperImage = {
  repository: 'r/helper',
  flavor: '',
  plainFlavors: ['alpine'],
  version: '19.4.0',
  shellVariants: ['pwsh'],
  ownPlatform: false,
};
const target: HelperTarget = {
  nodes: { os: undefined, architecture: undefined, windowsBuild: undefined },
  own: { os: 'linux', architecture: 'arm64' },
  shell: 'bash',
};
const on = (architecture: string): HelperTarget => ({
  ...target,
  nodes: { ...target.nodes, architecture },
});

it.each<[string, Partial<HelperImage>, HelperTarget, string | undefined]>([
  ['an image of the operator’s replaces everything', { image: 'own:1' }, target, 'own:1'],
  ['an empty one does not', { image: '' }, target, 'r/helper:x86_64-v19.4.0'],
  ['without image and repository there is none', { repository: undefined }, target, undefined],
  ['a flavor comes first', { flavor: 'ubuntu' }, target, 'r/helper:ubuntu-x86_64-v19.4.0'],
  ['a plain flavor adds nothing', { flavor: 'alpine' }, target, 'r/helper:x86_64-v19.4.0'],
  [
    'the runner’s own machine counts if asked for',
    { ownPlatform: true },
    target,
    'r/helper:arm64-v19.4.0',
  ],
  ['the nodes count more than that', { ownPlatform: true }, on('s390x'), 'r/helper:s390x-v19.4.0'],
  ['aarch64 is arm64', {}, on('aarch64'), 'r/helper:arm64-v19.4.0'],
  ['armv7l is arm', {}, on('armv7l'), 'r/helper:arm-v19.4.0'],
  ['other architectures keep their name', {}, on('ppc64le'), 'r/helper:ppc64le-v19.4.0'],
  [
    'what follows the release is cut',
    { version: '19.4.0~pre.1.gabc' },
    target,
    'r/helper:x86_64-v19.4.0',
  ],
  [
    'a development version has no image',
    { version: 'development version' },
    target,
    'r/helper:x86_64-latest',
  ],
  [
    'a shell with a variant ends the tag',
    {},
    { ...target, shell: 'pwsh' },
    'r/helper:x86_64-v19.4.0-pwsh',
  ],
])('%s', (_behaviour, settings, place, image) => {
  expect(helperImageName({ ...helper, ...settings }, place)).toBe(image);
});

it.each([
  ['linux unless the nodes are chosen', undefined, 'linux'],
  ['what the nodes have', 'windows', 'windows'],
])('the operating system is %s', (_behaviour, os, expected) => {
  expect(helperOs(helper, { ...target, nodes: { ...target.nodes, os } })).toBe(expected);
});
