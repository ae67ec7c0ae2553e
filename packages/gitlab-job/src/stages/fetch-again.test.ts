import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { JsonObject } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextWith, sent } from '../job-under-test.test.helper.ts';
import type { JobSettings } from '../settings.ts';
import { cleanupScript } from './cleanup.ts';
import { getSourcesScript } from './get-sources.ts';
import type { ScriptSource } from './stage-script.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-fetch-'));
  newOrigin('origin');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const project = (): string => join(folder, 'builds/acme/demo');
const inProject = (name: string): string => join(project(), name);
const write = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

function git(directory: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', ['-C', directory, ...who, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** A repository with two commits, which git finds at `https://NAME.example.com/acme/demo.git`. */
function newOrigin(name: string, ...init: readonly string[]): void {
  const directory = join(folder, name);
  mkdirSync(directory);
  git(directory, 'init', '-q', '-b', 'main', ...init);
  commit(name, 'first');
  commit(name, 'second');
  const known = existsSync(join(folder, '.gitconfig'))
    ? readFileSync(join(folder, '.gitconfig'), 'utf8')
    : '';
  const entry = `[url "file://${directory}"]\n\tinsteadOf = https://${name}.example.com/acme/demo.git\n`;
  writeFileSync(join(folder, '.gitconfig'), known + entry);
}

function commit(origin: string, text: string): string {
  write(join(folder, origin, 'a.txt'), text);
  git(join(folder, origin), 'add', '.');
  git(join(folder, origin), 'commit', '-q', '-m', text);
  return git(join(folder, origin), 'rev-parse', 'HEAD');
}

interface Job {
  readonly origin?: string;
  readonly token?: string;
  readonly depth?: number;
  readonly objectFormat?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly settings?: Partial<JobSettings>;
}

/** A job that fetches the newest commit of its repository. */
function job({
  origin = 'origin',
  token = 's3cr3t',
  depth = 1,
  objectFormat = 'sha1',
  variables = {},
  settings,
}: Job = {}): ScriptSource {
  const payload: JsonObject = {
    git_info: {
      repo_url: `https://gitlab-ci-token:${token}@${origin}.example.com/acme/demo.git`,
      ref: 'main',
      sha: git(join(folder, origin), 'rev-parse', 'HEAD'),
      refspecs: ['+refs/heads/main:refs/remotes/origin/main'],
      depth,
      repo_object_format: objectFormat,
    },
    variables: Object.entries({ GIT_STRATEGY: 'fetch', ...variables }).map(([key, value]) =>
      sent(key, value),
    ),
  };
  const context = contextWith(payload, { buildsDirectory: join(folder, 'builds'), ...settings });
  return { context, layout: context.layout(false) };
}

function run(script: string): string {
  const file = join(folder, 'script');
  writeFileSync(file, script);
  const { status, stdout, stderr } = spawnSync('sh', [file], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    encoding: 'utf8',
  });
  const output = `${stdout}${stderr}`;
  if (status !== 0) throw new Error(`ended with ${String(status)}: ${output}`);
  return output;
}

const getSources = (of?: Job): string => run(getSourcesScript(job(of)));
const content = (): string => readFileSync(inProject('a.txt'), 'utf8');
const commits = (): number => git(project(), 'log', '--format=%h').split('\n').length;
/** Files below the builds' folder in which a text is. */
const filesWith = (text: string): string =>
  spawnSync('grep', ['-rl', text, join(folder, 'builds')], { encoding: 'utf8' }).stdout;

describe('fetching into a checkout that is there', () => {
  it('takes what is new, over whatever an earlier job did to its files', () => {
    getSources();
    write(inProject('a.txt'), 'changed');
    git(project(), 'add', '.');
    commit('origin', 'third');
    expect(getSources()).toContain('Reinitialized existing Git repository');
    expect(content()).toBe('third');
    expect(git(project(), 'status', '--porcelain')).toBe('');
  });

  it('goes on from a merge that stopped half way', () => {
    getSources({ depth: 0 });
    git(project(), 'checkout', '-q', '-b', 'own', 'HEAD~1');
    write(inProject('a.txt'), 'other');
    git(project(), 'commit', '-qam', 'other');
    expect(() => git(project(), 'merge', 'origin/main')).toThrow();
    getSources({ depth: 0 });
    expect([content(), git(project(), 'status', '--porcelain')]).toEqual(['second', '']);
  });

  it('follows a branch that was written anew', () => {
    getSources({ depth: 0 });
    git(join(folder, 'origin'), 'reset', '-q', '--hard', 'HEAD~1');
    commit('origin', 'instead');
    getSources({ depth: 0 });
    expect(content()).toBe('instead');
  });

  it.each([
    ['grows from one commit to all', [1, 0], 3],
    ['grows from one commit to two', [1, 2], 2],
    ['shrinks from all to one', [0, 1], 1],
    ['stays whole', [0, 0], 3],
  ])('the depth %s', (_how, depths, expected) => {
    commit('origin', 'third');
    for (const depth of depths) getSources({ depth });
    expect([content(), commits()]).toEqual(['third', expected]);
  });

  it('keeps the kind of its object names, though the configuration that says it is removed', () => {
    newOrigin('long', '--object-format', 'sha256');
    const of = { origin: 'long', objectFormat: 'sha256' };
    getSources(of);
    commit('long', 'third');
    getSources(of);
    expect(content()).toBe('third');
  });

  it('after all commits were fetched, one more job needs no --unshallow', () => {
    getSources({ depth: 1 });
    getSources({ depth: 0 });
    expect(existsSync(inProject('.git/shallow'))).toBe(false);
    commit('origin', 'third');
    getSources({ depth: 0 });
    expect(commits()).toBe(3);
  });
});

describe('files that an earlier job left', () => {
  const leave = (): void => {
    write(inProject('left.txt'), '');
    write(inProject('cache/kept'), '');
    write(inProject('ignored/x'), '');
    write(inProject('ignored/.gitignore'), '*');
    git(project(), 'init', '-q', 'inner');
    write(inProject('inner/file'), '');
  };
  const still = (): readonly string[] =>
    ['left.txt', 'cache/kept', 'ignored/x', 'inner/file'].filter((name) =>
      existsSync(inProject(name)),
    );

  it.each([
    ['go, ignored ones and repositories too', {}, []],
    [
      'stay where nothing is cleaned',
      { GIT_CLEAN_FLAGS: 'none' },
      ['left.txt', 'cache/kept', 'ignored/x', 'inner/file'],
    ],
    ['stay where the flags name them', { GIT_CLEAN_FLAGS: '-ffdx -e cache/' }, ['cache/kept']],
    ['stay where git ignores them and may', { GIT_CLEAN_FLAGS: '-ffd' }, ['ignored/x']],
  ])('%s', (_how, variables, expected) => {
    getSources();
    leave();
    getSources({ variables });
    expect(still()).toEqual(expected);
  });

  it.each([
    'index.lock',
    'shallow.lock',
    'HEAD.lock',
    'config.lock',
    'refs/remotes/origin/main.lock',
    'refs/heads/some/branch.lock',
  ])('a stale %s stops nobody', (name) => {
    getSources();
    write(inProject(`.git/${name}`), '');
    commit('origin', 'third');
    getSources();
    expect(content()).toBe('third');
  });

  it('hooks of git do not run', () => {
    getSources();
    for (const hook of ['post-checkout', 'reference-transaction']) {
      write(inProject(`.git/hooks/${hook}`), `#!/bin/sh\ntouch ${folder}/ran\n`);
      execFileSync('chmod', ['+x', inProject(`.git/hooks/${hook}`)]);
    }
    commit('origin', 'third');
    getSources();
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it('submodules are neither fetched nor left where the job wants none', () => {
    newOrigin('inner');
    git(join(folder, 'origin'), 'submodule', 'add', '-q', join(folder, 'inner'), 'sub');
    commit('origin', 'with a submodule');
    getSources();
    // As an earlier job with submodules would have left it.
    git(project(), 'submodule', 'update', '-q', '--init');
    expect(existsSync(inProject('sub/a.txt'))).toBe(true);
    git(join(folder, 'origin'), 'rm', '-q', 'sub');
    commit('origin', 'without it');
    expect(getSources()).toContain('Skipping Git submodules setup');
    expect(existsSync(inProject('sub'))).toBe(false);
    newOrigin('again');
    git(join(folder, 'origin'), 'submodule', 'add', '-q', join(folder, 'again'), 'other');
    commit('origin', 'with another');
    getSources();
    expect(existsSync(inProject('other/a.txt'))).toBe(false);
  });
});

describe('the address of the repository', () => {
  it('is the one of this job, also where an earlier one had another', () => {
    getSources();
    renameSync(join(folder, 'origin'), join(folder, 'gone'));
    newOrigin('moved');
    commit('moved', 'third');
    getSources({ origin: 'moved' });
    expect(content()).toBe('third');
    expect(git(project(), 'config', '--get-all', 'remote.origin.url')).toBe(
      'https://moved.example.com/acme/demo.git',
    );
  });

  it.each([true, false])(
    'has no token in the configuration of the checkout (configuration is cleaned: %s)',
    (cleanGitConfig) => {
      const settings = { cleanGitConfig };
      getSources({ token: 'first-token', settings });
      expect(filesWith('first-token')).not.toContain('/.git/');
      getSources({ token: 'second-token', settings });
      expect(filesWith('second-token')).not.toContain('/.git/');
      expect(filesWith('first-token')).toBe('');
      run(cleanupScript(job({ token: 'second-token', settings })));
      expect(filesWith('second-token')).toBe('');
    },
  );

  it('is used with the token of this job, not with one that an earlier one had', () => {
    getSources({ token: 'first-token' });
    getSources({ token: 'second-token' });
    expect(git(project(), 'ls-remote', '--get-url', 'origin')).toBe(
      'https://gitlab-ci-token:second-token@origin.example.com/acme/demo.git',
    );
  });

  it('that an earlier job wrote with a token of its own is gone, and so are its headers', () => {
    getSources();
    git(project(), 'remote', 'set-url', 'origin', 'https://x:own-token@gitlab.example.com/a.git');
    git(project(), 'config', 'http.extraHeader', 'Authorization: own-token');
    getSources();
    expect(filesWith('own-token')).toBe('');
  });
});
