import { expect, it } from 'vitest';
import { parseImageReference } from './image-reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

it.each([
  ['alpine', 'docker.io', 'library/alpine', 'latest', undefined],
  ['alpine:3.20', 'docker.io', 'library/alpine', '3.20', undefined],
  ['team/app', 'docker.io', 'team/app', 'latest', undefined],
  ['docker.io/alpine', 'docker.io', 'library/alpine', 'latest', undefined],
  ['index.docker.io/alpine', 'docker.io', 'library/alpine', 'latest', undefined],
  ['registry.example.com/team/app:1', 'registry.example.com', 'team/app', '1', undefined],
  ['localhost/app', 'localhost', 'app', 'latest', undefined],
  ['localhost:5000/a/b:c', 'localhost:5000', 'a/b', 'c', undefined],
  ['[::1]:5000/app', '[::1]:5000', 'app', 'latest', undefined],
  ['UPPER/app', 'UPPER', 'app', 'latest', undefined],
  [`app@${digest}`, 'docker.io', 'library/app', undefined, digest],
  [`r.io/app:1@${digest}`, 'r.io', 'app', '1', digest],
  ['a__b/c-d--e.f_g', 'docker.io', 'a__b/c-d--e.f_g', 'latest', undefined],
])('splits %s', (image, registry, path, tag, expectedDigest) => {
  expect(parseImageReference(image)).toEqual({ registry, path, tag, digest: expectedDigest });
});

it.each([
  ['', 'invalid reference format'],
  ['Alpine', 'invalid reference format: repository name (library/Alpine) must be lowercase'],
  ['r.io/App', 'invalid reference format: repository name (App) must be lowercase'],
  ['app:', 'invalid reference format'],
  [':tag', 'invalid reference format'],
  ['app:-x', 'invalid reference format'],
  [`app:${'t'.repeat(129)}`, 'invalid reference format'],
  ['app@sha256:abc', 'invalid reference format'],
  ['app@', 'invalid reference format'],
  ['a//b', 'invalid reference format'],
  ['a/', 'invalid reference format'],
  ['a b', 'invalid reference format'],
  ['app___x', 'invalid reference format'],
  ['-.io/app', 'invalid reference format'],
  ['$image', 'invalid reference format'],
  ['a'.repeat(300), 'repository name must not be more than 255 characters'],
  [
    'ab'.repeat(32),
    `invalid repository name (${'ab'.repeat(32)}), cannot specify 64-byte hexadecimal strings`,
  ],
])('refuses %j', (image, why) => {
  expect(() => parseImageReference(image)).toThrow(
    expect.objectContaining({
      reason: 'image_name_invalid',
      message: `couldn't parse image name "${image}": ${why}`,
    }),
  );
});
