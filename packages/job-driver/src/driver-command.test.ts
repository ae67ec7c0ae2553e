import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deferred, type Deferred } from '@millrace/async';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driverCommand, stageShells } from './driver-command.ts';
import { createLocalPod, localShells, stage, type LocalPod } from './local-pod.test.helper.ts';
import { sessionCommand } from './session-command.ts';

const options = {
  role: 'helper',
  scriptsDirectory: '/scripts-1-2',
  logsDirectory: '/logs-1-2',
  idleTimeoutSeconds: 300,
};

describe('driverCommand', () => {
  it('has nothing that Kubernetes would expand in a container command', () => {
    const text = driverCommand(options).join('\n');
    expect(text).not.toMatch(/\$\$/u);
    expect(text).not.toMatch(/\$\([A-Za-z0-9_.-]+\)/u);
  });

  it('stays small beside a pod', () => {
    expect(driverCommand(options).join('').length).toBeLessThan(20_000);
    expect(driverCommand({ ...options, role: 'build' }).join('').length).toBeLessThan(8_000);
  });

  it('looks for bash before sh', () => {
    expect(stageShells[0]).toBe('/usr/local/bin/bash');
    expect(stageShells.at(-1)).toBe('/busybox/sh');
  });
});

it('sessionCommand fits into the URL of an exec', () => {
  const start = { scriptsDirectory: '/s', logsDirectory: '/l', epoch: 3, offset: 42 };
  const command = sessionCommand(start);
  expect(command.slice(3)).toEqual(['millrace', '/s/.millrace/session.sh', '/s', '/l', '3', '42']);
  expect(encodeURIComponent(command.join('')).length).toBeLessThan(1000);
});

describe.each(localShells)('the driver under $label', (shell) => {
  let pod: LocalPod;
  beforeEach(() => {
    pod = createLocalPod(shell);
  });
  afterEach(() => pod.stop());

  it('ends with "shell not found" when the image has none', () => {
    const [, ...words] = driverCommand({ ...options, ...pod, shells: ['/no/bash', '/no/sh'] });
    const [program = '', ...args] = shell.argv;
    const { status, stdout } = spawnSync(program, [...args, ...words], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'shell not found\n' });
  });

  it('ends itself with code 0 when no session has come for the idle time, with the other one', async () => {
    const drivers = ['helper', 'build'].map((role) => pod.start(role, { idleTimeoutSeconds: 1 }));
    const codes = drivers.map(
      (driver) => new Promise((resolve) => void driver.once('exit', resolve)),
    );
    const session = await pod.connect();
    await session.runStage(stage('true'));
    await session.close();
    expect(await Promise.all(codes)).toEqual([0, 0]);
    await expect(pod.connect({ resume: session.position() })).rejects.toMatchObject({
      code: 'MILLRACE_E_DRIVER_CLOSED',
    });
  });

  it('does not end itself while a stage runs that nobody watches', async () => {
    pod.start('helper', { idleTimeoutSeconds: 1 });
    pod.start('build', { idleTimeoutSeconds: 1 });
    const session = await pod.connect();
    const begun: Deferred<void> = deferred();
    const running = session.runStage(
      stage('echo up; sleep 4; exit 3', { onOutput: () => begun.resolve() }),
    );
    running.catch(() => undefined);
    await begun.promise;
    const resume = session.position();
    await session.close();
    await expect
      .poll(() => readdirSync(pod.logsDirectory).some((name) => name.startsWith('exit.')), {
        timeout: 10_000,
      })
      .toBe(true);
    const second = await pod.connect({ resume });
    expect(await second.runStage(stage(''))).toMatchObject({ exitCode: 3 });
  });

  it('passes TERM on to its stage, writes the record and ends', async () => {
    pod.start('helper');
    const build = pod.start('build');
    const ended = new Promise((resolve) => void build.once('exit', resolve));
    const session = await pod.connect();
    const running = session.runStage(
      stage('trap "echo bye; exit 9" TERM; echo up; while :; do sleep 0.05; done', {
        onOutput: () => void build.kill('SIGTERM'),
      }),
    );
    expect(await running).toMatchObject({ exitCode: 9 });
    expect(await ended).toBe(143);
  });

  it('ends at once on TERM when it is idle', async () => {
    const build = pod.start('build');
    await expect
      .poll(() => existsSync(join(pod.scriptsDirectory, '.millrace/status.build')))
      .toBe(true);
    const ended = new Promise((resolve) => void build.once('exit', resolve));
    build.kill('SIGTERM');
    expect(await ended).toBe(143);
  });

  it('looks for requests where the FIFO cannot be used', async () => {
    mkdirSync(join(pod.scriptsDirectory, '.millrace/wake.build'), { recursive: true });
    pod.start('helper');
    pod.start('build');
    const session = await pod.connect();
    for (const attempt of [1, 2, 3])
      expect(await session.runStage(stage('exit 3', { attempt }))).toMatchObject({ exitCode: 3 });
    const request = { name: 'step_script', attempt: 4 };
    const stopped = stage('echo up; sleep 100', {
      attempt: 4,
      onOutput: () => session.stop(request, 1000),
    });
    expect(await session.runStage(stopped)).toMatchObject({ exitCode: 143 });
  });
});

describe.each(localShells)('a build image with a shell and nothing else, under $label', (shell) => {
  it('runs stages and reports them, as long as the helper has the tools', async () => {
    const pod = createLocalPod(shell);
    try {
      const bin = join(pod.directory, 'bin');
      mkdirSync(bin);
      pod.start('helper');
      const session = await pod.connect();
      pod.start('build', {}, { PATH: bin });
      const asked = stage('echo "only builtins"; exit 3', { attempt: 2 });
      expect(await session.runStage(asked)).toMatchObject({ exitCode: 3, logEnd: 14 });
      expect(asked.output()).toBe('only builtins\n');
      const endless = stage('echo up; while :; do :; done', {
        attempt: 3,
        onOutput: () => session.stop({ name: 'step_script', attempt: 3 }, 1000),
      });
      expect((await session.runStage(endless)).exitCode).toBeGreaterThan(128);
    } finally {
      await pod.stop();
    }
  });
});
