import { expect, it } from 'vitest';
import { imageFolders, isImageName } from './image-name.ts';

it.each([
  ['alpine', true],
  ['registry.test:5000/group/app_1:v1.2', true],
  [`docker.io/library/alpine@sha256:${'a'.repeat(64)}`, true],
  ['localhost/x', true],
  ['Registry/case:1', true],
  ['Upper:1', false],
  ['a/Upper', false],
  ['', false],
  ['a//b', false],
  ['alpine:', false],
  ['has blank', false],
])('parses %s: %s', (name, expected) => {
  expect(isImageName(name)).toBe(expected);
});

it.each([
  ['registry.test:5000/a/b:1', ['registry.test_5000_a_b_1']],
  ['alpine', ['alpine', 'alpine_latest']],
])('looks for the unpacked image %s in %j', (name, folders) => {
  expect(imageFolders(name)).toEqual(folders);
});
