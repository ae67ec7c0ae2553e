import { expect, it } from 'vitest';
import { projectSlug } from './directories.ts';
import { contextWith, sent } from './job-under-test.test.helper.ts';

it.each([
  ['the project path lies below the root', {}, [], false, '/builds/acme/demo'],
  ['a shared volume has a directory a slot', {}, [], true, '/builds/012345678/0/acme/demo'],
  [
    'the root may have variables',
    { buildsDirectory: '/b/$X' },
    [sent('X', 'y')],
    false,
    '/b/y/acme/demo',
  ],
  [
    'an empty directory is not the usual one',
    {},
    [sent('GIT_STRATEGY', 'empty')],
    false,
    '/builds/acme/demo-empty',
  ],
  [
    'a job may choose its own',
    {},
    [sent('GIT_CLONE_PATH', '$CI_BUILDS_DIR/a/../b')],
    false,
    '/builds/b',
  ],
])('%s', (_behaviour, settings, variables, shared, expected) => {
  expect(contextWith({ variables }, settings).layout(shared).directories.project).toBe(expected);
});

it.each([
  [
    'outside the root',
    '/elsewhere',
    true,
    'the GIT_CLONE_PATH="/elsewhere" has to be within "/builds"',
  ],
  [
    'above the root',
    '/builds/../x',
    true,
    'the GIT_CLONE_PATH="/builds/../x" has to be within "/builds"',
  ],
  [
    'where the operator forbids it',
    '/builds/x',
    false,
    'setting GIT_CLONE_PATH is not allowed, enable `custom_build_dir` feature',
  ],
])('a directory of its own %s is refused', (_place, path, customBuildDirectory, refusal) => {
  const context = contextWith(
    { variables: [sent('GIT_CLONE_PATH', path)] },
    { customBuildDirectory },
  );
  expect(context.layout(false).refusal).toBe(refusal);
});

it.each([
  ['https://user:secret@gitlab.example.com/a/b%20c.git', '/a/b c'],
  ['ssh://git@gitlab.example.com:22/a/b.git', '/a/b'],
  ['not an address', undefined],
  ['https://gitlab.example.com', undefined],
])('the path of %s is %s', (repoUrl, slug) => {
  expect(projectSlug(repoUrl)).toBe(slug);
});
