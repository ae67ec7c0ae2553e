import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextWith, sent } from '../job-under-test.test.helper.ts';
import type { JobSettings } from '../settings.ts';
import { cleanupScript } from './cleanup.ts';
import { getSourcesScript } from './get-sources.ts';
import { prepareScript } from './prepare.ts';
import type { ScriptSource } from './stage-script.ts';
import { afterScript, stepScript } from './user-code.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-stages-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const project = (): string => join(folder, 'builds/acme/demo');
const temporary = (): string => `${project()}.tmp`;

/** A job whose builds lie in the test's folder. */
function sourceWith(payload: JsonObject = {}, settings: Partial<JobSettings> = {}): ScriptSource {
  const context = contextWith(payload, { buildsDirectory: join(folder, 'builds'), ...settings });
  return { context, layout: context.layout(false) };
}

/** Runs a script with a home of its own. */
function run(script: string): { readonly code: number | null; readonly output: string } {
  const file = join(folder, 'script');
  writeFileSync(file, script);
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
  const { status, stdout, stderr } = spawnSync('sh', [file], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { code: status, output: `${stdout}${stderr}`.replaceAll(/\u001B\[[\d;]*m/g, '') };
}

describe('scripts of a job', () => {
  it('say first where they run', () => {
    expect(run(prepareScript(sourceWith(), 'the $host')).output).toMatch(
      /^Running on \S+ via the \$host\.\.\.\n$/,
    );
  });

  it("run the operator's commands around the job's, in one shell", () => {
    mkdirSync(project(), { recursive: true });
    const source = sourceWith(
      { variables: [sent('A', "it's $B"), sent('B', 'x')] },
      { preBuildScript: 'c=1', postBuildScript: 'echo $c' },
    );
    const { code, output } = run(
      stepScript(source, { name: 'script', script: ['echo "$A"; c=$((c+1))', 'pwd'] }),
    );
    expect([code, output]).toEqual([
      0,
      `$ c=1\n$ echo "$A"; c=$((c+1))\nit's x\n$ pwd\n${project()}\n$ echo $c\n2\n`,
    ]);
  });

  it('replace variables in the lines of a release', () => {
    mkdirSync(project(), { recursive: true });
    const source = sourceWith({ variables: [sent('V', '1.2')] });
    expect(run(stepScript(source, { name: 'release', script: ["echo 'v$V'"] })).output).toContain(
      'v1.2',
    );
  });

  it("end with the exit code of the user's command", () => {
    mkdirSync(project(), { recursive: true });
    expect(
      run(stepScript(sourceWith(), { name: 'script', script: ['exit 7', 'echo never'] })).code,
    ).toBe(7);
  });

  it('hand variables on by the environment file, and tell after_script how the job ended', () => {
    mkdirSync(project(), { recursive: true });
    const source = sourceWith();
    run(stepScript(source, { name: 'script', script: ['echo MADE=here >> "$GITLAB_ENV"'] }));
    const { output } = run(afterScript(source, ['echo "$MADE $CI_JOB_STATUS"'], 'failed'));
    expect(output).toBe('Running after script...\n$ echo "$MADE $CI_JOB_STATUS"\nhere failed\n');
  });

  it('keep file variables beside the sources and remove them at the end', () => {
    mkdirSync(project(), { recursive: true });
    const source = sourceWith({ variables: [sent('KEY', 'one\ntwo', { file: true })] });
    expect(run(stepScript(source, { name: 'script', script: ['cat "$KEY"'] })).output).toContain(
      'one\ntwo',
    );
    run(cleanupScript(source));
    expect(existsSync(join(temporary(), 'KEY'))).toBe(false);
  });
});

describe('getting sources', () => {
  const git = (...args: readonly string[]): string =>
    execFileSync(
      'git',
      ['-C', join(folder, 'origin'), '-c', 'user.name=a', '-c', 'user.email=a@b', ...args],
      { encoding: 'utf8' },
    ).trim();

  /** A repository at an address with a token, that git reaches by a file. */
  function repository(): { readonly sha: string; readonly payload: JsonObject } {
    mkdirSync(join(folder, 'origin'));
    git('init', '-q', '-b', 'main');
    writeFileSync(join(folder, 'origin/a.txt'), 'one');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    const sha = git('rev-parse', 'HEAD');
    const repoUrl = 'https://gitlab-ci-token:s3cr3t@gitlab.example.com/acme/demo.git';
    writeFileSync(
      join(folder, '.gitconfig'),
      `[url "file://${join(folder, 'origin')}"]\n\tinsteadOf = https://gitlab.example.com/acme/demo.git\n`,
    );
    return {
      sha,
      payload: {
        git_info: {
          repo_url: repoUrl,
          ref: 'main',
          sha,
          refspecs: ['+refs/heads/main:refs/remotes/origin/main'],
          depth: 1,
        },
      },
    };
  }

  it.each(['fetch', 'clone'])(
    'with the strategy %s checks the commit out, again and again',
    (strategy) => {
      const { payload, sha } = repository();
      const source = sourceWith({ ...payload, variables: [sent('GIT_STRATEGY', strategy)] });
      for (const round of [1, 2]) {
        const { code, output } = run(getSourcesScript(source));
        expect([round, code, output]).toEqual([
          round,
          0,
          expect.stringContaining(
            `Checking out ${sha.slice(0, 8)} as detached HEAD (ref is main)...`,
          ),
        ]);
        expect(readFileSync(join(project(), 'a.txt'), 'utf8')).toBe('one');
        writeFileSync(join(project(), 'left.txt'), 'by an earlier job');
      }
      run(getSourcesScript(source));
      expect(existsSync(join(project(), 'left.txt'))).toBe(false);
    },
  );

  it('leaves no token behind', () => {
    const { payload } = repository();
    const source = sourceWith(payload);
    run(getSourcesScript(source));
    run(cleanupScript(source));
    const found = spawnSync('grep', ['-rl', 's3cr3t', join(folder, 'builds')], {
      encoding: 'utf8',
    });
    expect(found.stdout).toBe('');
  });

  it('lets git use the token of the address while the job runs', () => {
    const { payload } = repository();
    run(getSourcesScript(sourceWith(payload)));
    const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
    const address = execFileSync('git', ['-C', project(), 'ls-remote', '--get-url', 'origin'], {
      env,
      encoding: 'utf8',
    });
    expect(address.trim()).toBe('https://gitlab-ci-token:s3cr3t@gitlab.example.com/acme/demo.git');
  });

  it.each([
    ['none', 'Skipping Git repository setup\n', true],
    ['empty', 'Skipping Git repository setup and creating an empty build directory\n', false],
  ])('with the strategy %s says so', (strategy, text, kept) => {
    const source = sourceWith({ variables: [sent('GIT_STRATEGY', strategy)] });
    const directory = source.layout.directories.project;
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'left.txt'), '');
    expect(run(getSourcesScript(source)).output.startsWith(text)).toBe(true);
    expect(existsSync(join(directory, 'left.txt'))).toBe(kept);
  });

  it('gives the sources to the owner of the file that tells it', ({ skip }) => {
    const source = sourceWith(
      { variables: [sent('GIT_STRATEGY', 'none')] },
      { featureFlags: { FF_DISABLE_UMASK_FOR_KUBERNETES_EXECUTOR: true } },
    );
    const marker = join(folder, 'builds/.gitlab-build-uid-gid');
    mkdirSync(join(folder, 'builds'));
    writeFileSync(marker, '');
    // Only root can give files away; others keep what is theirs.
    if (process.getuid?.() === 0)
      skip(!mayGiveAway(marker), 'files cannot be given to other users');
    expect(run(getSourcesScript(source)).code).toBe(0);
    expect(statSync(project()).uid).toBe(statSync(marker).uid);
    run(cleanupScript(source));
    expect(existsSync(marker)).toBe(false);
  });

  it("runs the operator's hook before the job's, and after it in the end", () => {
    const { payload } = repository();
    const hooks = [
      { name: 'pre_get_sources_script', script: ['echo job before'] },
      { name: 'post_get_sources_script', script: ['echo job after'] },
    ];
    const source = sourceWith(
      { ...payload, hooks },
      { preGetSourcesScript: 'echo runner before', postGetSourcesScript: 'echo runner after' },
    );
    const said = run(getSourcesScript(source))
      .output.split('\n')
      .filter((line) => /^(job|runner) /.test(line));
    expect(said).toEqual(['runner before', 'job before', 'job after', 'runner after']);
  });
});

/** Root of a user namespace with one id is nobody who can give files away. */
function mayGiveAway(file: string): boolean {
  try {
    chownSync(file, 1234, 1234);
    return true;
  } catch {
    return false;
  }
}
