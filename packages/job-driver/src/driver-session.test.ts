import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalPod, localShells, stage, type LocalPod } from './local-pod.test.helper.ts';

describe.each(localShells)('under $label', (shell) => {
  let pod: LocalPod;
  beforeEach(() => {
    pod = createLocalPod(shell);
    pod.start('helper', { stageUmask: '0000' });
    pod.start('build', { stageUmask: '0027' });
  });
  afterEach(() => pod.stop());

  it('runs stages of both containers one after another and gives their output in order', async () => {
    const session = await pod.connect();
    const first = stage('echo one; echo err >&2', { name: 'prepare_script', container: 'helper' });
    const second = stage('echo two');
    expect(await session.runStage(first)).toMatchObject({ exitCode: 0, logEnd: 8 });
    expect(await session.runStage(second)).toMatchObject({ exitCode: 0, logEnd: 12 });
    expect(first.output()).toBe('one\nerr\n');
    expect(second.output()).toBe('two\n');
    expect(session.position()).toMatchObject({ offset: 12, openStages: [] });
  });

  it('waits with one connection for a helper whose driver has not begun yet', async () => {
    const late = createLocalPod(shell);
    let execs = 0;
    try {
      const connecting = late.connect({
        openExec: (command, signal) => {
          execs += 1;
          const opened = late.openExec(command, signal);
          setTimeout(() => late.start('helper'), 300);
          return opened;
        },
      });
      const session = await connecting;
      const asked = stage('echo here', { container: 'helper' });
      expect(await session.runStage(asked)).toMatchObject({ exitCode: 0 });
      expect(execs).toBe(1);
    } finally {
      await late.stop();
    }
  });

  it.each([
    ['an exit code', 'exit 3', 3],
    ['an exit code above 128', 'exit 200', 200],
    ['a command that is not there', 'no-such-command-at-all', 127],
    ['death by TERM', 'sh -c "kill -TERM \\$PPID"; sleep 5', 143],
    ['death by KILL', 'sh -c "kill -KILL \\$PPID"; sleep 5', 137],
    ['a script without a final line feed', 'exit 4', 4],
    ['an empty script', '', 0],
    ['a script with a NUL byte', 'true\n# \0\nexit 5\n', 5],
    ['a line with a carriage return as the shell sees it', 'x=a\r\n[ "$x" = a ] || exit 6\n', 6],
    ['a script that looks like requests', 'true\nrun\nbye\nexit 7\n', 7],
    ['a script of 1 MB', `${'# 0123456789\n'.repeat(80_000)}exit 8\n`, 8],
    ['input that is empty', 'read -r x; [ $? -eq 1 ] && exit 9', 9],
  ])('tells %s', async (_case, script, exitCode) => {
    const session = await pod.connect();
    expect(await session.runStage(stage(script))).toMatchObject({ exitCode });
  });

  it('runs stages whose names have spaces, quotes and dollar signs', async () => {
    const session = await pod.connect();
    const name = `step_it's a "$HOME" * ;x\\y`;
    const asked = stage('printf %s "$0"', { name });
    expect(await session.runStage(asked)).toMatchObject({ exitCode: 0 });
    expect(asked.output()).toBe(join(pod.scriptsDirectory, name));
  });

  it('refuses a stage name that is no file name', async () => {
    const session = await pod.connect();
    for (const name of ['', '../x', 'a\nb', '.millrace'])
      await expect(session.runStage(stage('', { name }))).rejects.toMatchObject({
        code: 'MILLRACE_E_NAME_INVALID',
      });
  });

  it('leaves the script in the scripts directory and gives the stage the umask of its container', async () => {
    const session = await pod.connect();
    const made = join(pod.directory, 'made');
    await session.runStage(stage(`: >'${made}'`));
    expect(statSync(made).mode & 0o777).toBe(0o640);
    expect(readFileSync(join(pod.scriptsDirectory, 'step_script'), 'utf8')).toBe(`: >'${made}'`);
    expect(statSync(join(pod.logsDirectory, 'output.log')).mode & 0o777).toBe(0o666);
    await session.runStage(stage(`rm '${made}'; : >'${made}'`, { name: 'x', container: 'helper' }));
    expect(statSync(made).mode & 0o777).toBe(0o666);
  });

  it('does not wait for a background process, whose output goes to the next stage', async () => {
    const session = await pod.connect();
    const go = join(pod.directory, 'go');
    const said = join(pod.directory, 'said');
    const background = `while [ ! -e '${go}' ]; do sleep 0.05; done; echo late; : >'${said}'; sleep 100`;
    await session.runStage(stage(`( ${background} ) & echo early`));
    const next = stage(`: >'${go}'; while [ ! -e '${said}' ]; do sleep 0.05; done`, { attempt: 2 });
    await session.runStage(next);
    expect(next.output()).toBe('late\n');
  });

  it('stops a stage with TERM, and its children with it, then throws the reason', async () => {
    const session = await pod.connect();
    const stopped = join(pod.directory, 'stopped');
    const cancel = new AbortController();
    const running = stage(
      `trap "echo bye; exit 1" TERM; sh -c 'trap ": >\\"${stopped}\\"; exit" TERM; echo up; while :; do sleep 0.05; done' & wait; wait`,
      { signal: cancel.signal, onOutput: () => cancel.abort(new Error('canceled')) },
    );
    await expect(session.runStage(running)).rejects.toThrow('canceled');
    await expect.poll(() => existsSync(stopped)).toBe(true);
    const after = stage('echo after', { name: 'after_script' });
    expect(await session.runStage(after)).toMatchObject({ exitCode: 0 });
    expect(after.output()).toContain('after\n');
  });

  it('kills a stage that ignores TERM when the grace period is over', async () => {
    const session = await pod.connect();
    const request = { name: 'step_script', attempt: 1 };
    const running = stage('trap "" TERM; echo up; while :; do sleep 0.05; done', {
      onOutput: () => session.stop(request, 1000),
    });
    expect(await session.runStage(running)).toMatchObject({ exitCode: 137 });
  });

  it('stops a stage whose time is up', async () => {
    const session = await pod.connect();
    await expect(session.runStage(stage('sleep 100', { timeout: 300 }))).rejects.toMatchObject({
      code: 'MILLRACE_E_STAGE_TIMEOUT',
      kind: 'timeout',
    });
  });

  it('waits for a slow reader and loses nothing', async () => {
    const session = await pod.connect();
    let bytes = 0;
    const running = stage(
      'i=0; while [ $i -lt 20000 ]; do echo "line $i 0123456789"; i=$((i+1)); done',
      {
        onOutput: async (chunk, offset) => {
          expect(offset).toBe(bytes);
          bytes += chunk.length;
          await new Promise(setImmediate);
        },
      },
    );
    const { logEnd } = await session.runStage(running);
    expect(bytes).toBe(logEnd);
  });

  it('gives the output and the record of a stage that deletes the log, also to a later session', async () => {
    const session = await pod.connect();
    const log = join(pod.logsDirectory, 'output.log');
    const asked = stage(`echo one; rm '${log}'; echo two`, {
      onOutput: (chunk) => {
        if (Buffer.from(chunk).includes('one')) pod.cut();
      },
    });
    expect(await session.runStage(asked)).toMatchObject({ exitCode: 0, logEnd: 8 });
    const next = stage('echo three', { attempt: 2 });
    expect(await session.runStage(next)).toMatchObject({ logEnd: 14 });
    expect(next.output()).toBe('three\n');
  });

  it('passes on an error of the reader', async () => {
    const session = await pod.connect();
    const failing = stage('echo x', {
      onOutput: () => {
        throw new Error('disk full');
      },
    });
    await expect(session.runStage(failing)).rejects.toThrow('disk full');
  });

  it('reports a scripts volume that takes no script', async () => {
    const session = await pod.connect();
    writeFileSync(join(pod.scriptsDirectory, 'other'), '');
    await session.runStage(stage('true'));
    await session.runStage(stage(`rm -rf '${pod.scriptsDirectory}'`, { attempt: 2 }));
    const signal = AbortSignal.timeout(20_000);
    await expect(session.runStage(stage('true', { attempt: 3, signal }))).rejects.toMatchObject({
      kind: 'system',
    });
  });
});
