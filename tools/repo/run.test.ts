import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repoRoot } from './workspace.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const npmEnd = 'rm -rf node_modules\nmkdir -p node_modules/.bin\n';
const npmStub = `#!/bin/sh
echo "npm $*"
echo run >> npm-runs
[ -e npm-fails ] && { echo "npm ERR! broken" >&2; exit 7; }
${npmEnd}`;

let root = '';
let bin = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-run-'));
  bin = join(root, 'path');
  await mkdir(join(root, 'tools/repo'), { recursive: true });
  await mkdir(bin);
  await cp(join(repoRoot, 'tools/repo/run.mjs'), join(root, 'tools/repo/run.mjs'));
  await writeFile(join(root, 'package-lock.json'), '{}');
  await symlink(process.execPath, join(bin, 'node'));
  await program('npm', npmStub);
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function program(name: string, text: string): Promise<void> {
  await rm(join(bin, name), { force: true });
  await writeFile(join(bin, name), text);
  await chmod(join(bin, name), 0o755);
}

async function markInstalled(): Promise<void> {
  await mkdir(join(root, 'node_modules/.bin'), { recursive: true });
  const hash = createHash('sha256').update('{}').digest('hex');
  await writeFile(join(root, 'node_modules/.installed-lock'), hash);
}

function start(...args: readonly string[]): ChildProcess {
  const env = { PATH: `${bin}${delimiter}/usr/bin${delimiter}/bin` };
  return spawn(process.execPath, ['tools/repo/run.mjs', ...args], { cwd: root, env });
}

async function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}

const run = (...args: readonly string[]): Promise<Ended> => ended(start(...args));
const npmRuns = async (): Promise<number> =>
  (await readFile(join(root, 'npm-runs'), 'utf8').catch(() => '')).split('\n').length - 1;

/** Starts a script in the wrapper and waits for its first line. */
async function startReady(script: string): Promise<[ChildProcess, Promise<Ended>]> {
  const child = start('node', '-e', script);
  const end = ended(child);
  await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
  return [child, end];
}

describe('installation', () => {
  it('installs what is missing before the first command, and says so only on stderr', async () => {
    const { code, stdout, stderr } = await run('node', '-p', '6 * 7');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '42\n' });
    expect(stderr).toContain('npm ci --ignore-scripts --include=dev --include=optional');
  });

  it('does not call npm when the lock file is the installed one', async () => {
    await markInstalled();
    await program('npm', '#!/bin/sh\nexit 9\n');
    expect(await run('node', '-p', '6 * 7')).toEqual({ code: 0, stdout: '42\n', stderr: '' });
  });

  it('installs again after the lock file changed', async () => {
    await markInstalled();
    await writeFile(join(root, 'package-lock.json'), '{"changed":true}');
    await run('node', '-p', '1');
    await run('node', '-p', '1');
    expect(await npmRuns()).toBe(1);
  });

  it('lets one of several concurrent runs install and the others wait for it', async () => {
    const runs = await Promise.all([1, 2, 3].map((n) => run('node', '-p', String(n))));
    expect(runs.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n']);
    expect(await npmRuns()).toBe(1);
  });

  it('takes the lock from an installer that is gone', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await ended(gone);
    await mkdir(join(root, '.cache'));
    await writeFile(join(root, '.cache/install.lock'), String(gone.pid));
    expect((await run('node', '-p', '1')).stdout).toBe('1\n');
  });

  it('waits for an installer whose wrapper was killed', async () => {
    await program(
      'npm',
      `#!/bin/sh\necho run >> npm-runs\necho up >&2\nread -r go < go\n${npmEnd}`,
    );
    execFileSync('mkfifo', [join(root, 'go')]);
    const killed = start('node', '-p', '1');
    await new Promise<void>((resolve) => {
      killed.stderr?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('up')) resolve();
      });
    });
    killed.kill('SIGKILL');
    const next = start('node', '-p', '2');
    const end = ended(next);
    await new Promise<void>((resolve) => next.stderr?.once('data', () => resolve()));
    expect(await npmRuns()).toBe(1);
    await program('npm', npmStub);
    await writeFile(join(root, 'go'), 'go\n');
    expect((await end).stdout).toBe('2\n');
    expect(await npmRuns()).toBe(2);
  });

  it('passes on why npm failed, runs nothing, and tries again the next time', async () => {
    await writeFile(join(root, 'npm-fails'), '');
    const { code, stdout, stderr } = await run('node', '-p', '1');
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
    expect(stderr).toMatch(/npm ERR! broken[^]*npm ci ended with 7/);
    await rm(join(root, 'npm-fails'));
    expect((await run('node', '-p', '1')).stdout).toBe('1\n');
  });
});

describe('the command', () => {
  beforeEach(markInstalled);

  it('finds the installed programs before those of the user', async () => {
    await writeFile(join(root, 'node_modules/.bin/greet'), '#!/bin/sh\necho installed "$@"\n');
    await chmod(join(root, 'node_modules/.bin/greet'), 0o755);
    await program('greet', '#!/bin/sh\necho own\n');
    expect((await run('greet', '--file', 'a b', '--job', 'x')).stdout).toBe(
      'installed --file a b --job x\n',
    );
  });

  it.each([
    ['an exit code', 'process.exit(5)', 5],
    ['death by a signal as 128 + its number', "process.kill(process.pid, 'SIGKILL')", 137],
  ])('passes on %s', async (_what, script, code) => {
    expect((await run('node', '-e', script)).code).toBe(code);
  });

  it('receives SIGTERM and may still end as it likes', async () => {
    const script =
      "process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1e6); console.log('up')";
    const [child, end] = await startReady(script);
    child.kill('SIGTERM');
    expect((await end).code).toBe(3);
  });

  it('is not sent SIGINT, which a terminal delivers to it anyway', async () => {
    const script =
      "process.on('SIGINT', () => process.exit(4)); process.stdin.once('data', () => process.exit(6)); console.log('up')";
    const [child, end] = await startReady(script);
    child.kill('SIGINT');
    child.stdin?.write('go');
    expect((await end).code).toBe(6);
  });

  it('that does not exist is named', async () => {
    const { code, stderr } = await run('no-such-program');
    expect(code).toBe(127);
    expect(stderr).toContain('no-such-program could not be started');
  });

  it('does not start on a Node that is too old', async () => {
    await program('node', '#!/bin/sh\necho 20.20.2\n');
    const { code, stderr } = await run('node', '-p', '1');
    expect(code).toBe(1);
    expect(stderr).toMatch(/millrace needs Node 22\.19 or newer, but "node" here is 20\.20\.2/);
  });
});
