import { describe, expect, it } from 'vitest';
import { resolvePath } from './resolve-path.ts';

const links: Readonly<Record<string, string>> = {
  '/var/run': '/run',
  '/up': '../../..',
  '/a': 'b/c',
  '/b/c': '/var/run/d',
  '/loop': '/loop',
};
const readLink = (path: string): string | undefined => links[path];

describe('resolvePath', () => {
  it.each([
    ['an absolute link starts at the container root', '/var/run/secrets', '/run/secrets'],
    ['the root is its own parent', '/up/../etc', '/etc'],
    ['links lead to links', '/a/x', '/run/d/x'],
    ['dots and doubled slashes vanish', '//x/./y//', '/x/y'],
    ['what does not exist is kept', '/none/such', '/none/such'],
  ])('%s', (_behaviour, path, expected) => {
    expect(resolvePath(path, readLink)).toBe(expected);
  });

  it('gives up on a loop', () => {
    expect(() => resolvePath('/loop/x', readLink)).toThrow('too many levels of symbolic links');
  });
});
