import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deferred, type Deferred } from '@millrace/async';
import { RunnerError } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalPod, localShells, stage, type LocalPod } from './local-pod.test.helper.ts';

describe.each(localShells)('under $label', (shell) => {
  let pod: LocalPod;
  beforeEach(() => {
    pod = createLocalPod(shell);
    pod.start('helper');
  });
  afterEach(() => pod.stop());

  it('loses and repeats nothing of 5 MB when the connection is cut 20 times', async () => {
    pod.start('build');
    const session = await pod.connect();
    const ran = join(pod.directory, 'ran');
    const line = `${'0123456789'.repeat(10)}\n`.repeat(500);
    const script = `echo once >>'${ran}'\nbody='${line}'\ni=0; while [ $i -lt 100 ]; do printf '%s' "$i $body"; i=$((i+1)); done`;
    const chunks: Uint8Array[] = [];
    let received = 0;
    let cuts = 0;
    const running = stage(script, {
      onOutput: (chunk, offset) => {
        expect(offset).toBe(received);
        chunks.push(chunk);
        received += chunk.length;
        if (received > cuts * 240_000 && cuts < 20) {
          cuts += 1;
          pod.cut();
        }
      },
    });
    const { exitCode, logEnd } = await session.runStage(running);
    expect({ exitCode, cuts, received }).toEqual({ exitCode: 0, cuts: 20, received: logEnd });
    expect(Buffer.concat(chunks).equals(pod.log())).toBe(true);
    expect(readFileSync(ran, 'utf8')).toBe('once\n');
    expect(session.position().epoch).toBeGreaterThan(20);
  });

  it('starts a stage once when it is asked for again by the next process, running or ended', async () => {
    pod.start('build');
    const ran = join(pod.directory, 'ran');
    const go = join(pod.directory, 'go');
    const script = `echo once >>'${ran}'; echo begin; while [ ! -e '${go}' ]; do sleep 0.05; done; echo end; exit 3`;
    const first = await pod.connect();
    const begun: Deferred<void> = deferred();
    const firstRun = first.runStage(stage(script, { onOutput: () => begun.resolve() }));
    firstRun.catch(() => undefined);
    await begun.promise;
    const position = first.position();
    await first.close();
    await expect(firstRun).rejects.toMatchObject({ code: 'MILLRACE_E_SESSION_CLOSED' });

    const second = await pod.connect({ resume: position });
    const resumed = stage(script, { onOutput: () => undefined });
    const secondRun = second.runStage(resumed);
    writeFileSync(go, '');
    expect(await secondRun).toMatchObject({ exitCode: 3, logEnd: 10 });

    const third = await pod.connect({ resume: position });
    const again = stage(script);
    expect(await third.runStage(again)).toMatchObject({ exitCode: 3, logEnd: 10 });
    expect(again.output()).toBe('begin\nend\n'.slice(position.offset));
    await expect(second.runStage(stage('true', { attempt: 9 }))).rejects.toMatchObject({
      code: 'MILLRACE_E_SESSION_FENCED',
    });
    expect(readFileSync(ran, 'utf8')).toBe('once\n');
  });

  it('knows the record of a stage that is asked for long after the session told it', async () => {
    pod.start('build');
    const first = await pod.connect();
    await first.runStage(stage('exit 3', { nonce: 'n1' }));
    await first.close();
    const second = await pod.connect({ resume: first.position() });
    await second.runStage(stage('true', { name: 'other', container: 'helper' }));
    expect(await second.runStage(stage('', { nonce: 'n1' }))).toMatchObject({ exitCode: 3 });
  });

  it('gives each stage that ended while nobody was there its own output, from any byte', async () => {
    pod.start('build');
    const first = await pod.connect();
    await first.runStage(stage('echo one', { name: 'one', nonce: 'n1' }));
    await first.runStage(stage('echo two', { name: 'two', nonce: 'n2' }));
    await first.close();
    const second = await pod.connect({ resume: { offset: 2 } });
    const [one, two] = [
      stage('', { name: 'one', nonce: 'n1' }),
      stage('', { name: 'two', nonce: 'n2' }),
    ];
    expect(await second.runStage(one)).toMatchObject({ exitCode: 0, logEnd: 4 });
    expect(await second.runStage(two)).toMatchObject({ exitCode: 0, logEnd: 8 });
    expect([one.output(), two.output()]).toEqual(['e\n', 'two\n']);
    await second.close();
    const third = await pod.connect({ resume: { offset: 0 } });
    const caught: string[] = [];
    const { signal } = new AbortController();
    await third.catchUp(4, (bytes) => void caught.push(Buffer.from(bytes).toString()), { signal });
    expect(caught.join('')).toBe('one\n');
  });

  it('stops a stage of an earlier process, though the signal had aborted before', async () => {
    pod.start('build');
    const first = await pod.connect();
    const begun: Deferred<void> = deferred();
    const running = first.runStage(
      stage('echo begun; sleep 300', { nonce: 'n1', onOutput: () => begun.resolve() }),
    );
    running.catch(() => undefined);
    await begun.promise;
    await first.close();
    const second = await pod.connect({ resume: { offset: 0 } });
    expect([second.isRunning('n1'), second.isRunning('n2')]).toEqual([true, false]);
    const reason = new Error('canceled before');
    const signal = AbortSignal.abort(reason);
    await expect(second.runStage(stage('', { nonce: 'n1', signal }))).rejects.toBe(reason);
    expect(second.isRunning('n1')).toBe(false);
    await expect(second.runStage(stage('', { name: 'x', nonce: 'n2', signal }))).rejects.toBe(
      reason,
    );
    expect(second.isRunning('n2')).toBe(false);
  });

  it('starts a stage only when its container comes, though it was asked for before', async () => {
    const session = await pod.connect();
    const asked = stage('echo up');
    const running = session.runStage(asked);
    pod.cut();
    pod.start('build');
    expect(await running).toMatchObject({ exitCode: 0 });
    expect(asked.output()).toBe('up\n');
  });

  it('refuses the same stage and attempt under another nonce', async () => {
    pod.start('build');
    const session = await pod.connect();
    await session.runStage(stage('true'));
    await expect(session.runStage(stage('echo again'))).rejects.toMatchObject({
      code: 'MILLRACE_E_STAGE_TAKEN',
    });
    expect(pod.log().toString()).toBe('');
    expect(await session.runStage(stage('exit 2', { attempt: 2 }))).toMatchObject({ exitCode: 2 });
  });

  it('refuses an older epoch while a newer session is there', async () => {
    const newer = await pod.connect({ resume: { epoch: 7, offset: 0, openStages: [] } });
    await expect(pod.connect()).rejects.toMatchObject({ code: 'MILLRACE_E_SESSION_FENCED' });
    expect(await newer.runStage(stage('true', { container: 'helper' }))).toMatchObject({
      exitCode: 0,
    });
  });

  it('calls the result unknown when the driver dies in a stage and another takes its place', async () => {
    const build = pod.start('build');
    const session = await pod.connect();
    const running = session.runStage(
      stage('echo up; sleep 100', {
        onOutput: () => {
          killContainer(build);
          pod.start('build');
        },
      }),
    );
    await expect(running).rejects.toMatchObject({
      code: 'MILLRACE_E_RESULT_UNKNOWN',
      kind: 'system',
      reason: 'result_unknown',
    });
    expect(await session.runStage(stage('true', { attempt: 2 }))).toMatchObject({ exitCode: 0 });
  });

  it('ends waiting with the error of the container that is gone', async () => {
    const build = pod.start('build');
    const gone = Promise.withResolvers<RunnerError>();
    const session = await pod.connect({ containerGone: gone.promise });
    const running = session.runStage(
      stage('echo up; sleep 100', {
        onOutput: () => {
          killContainer(build);
          gone.resolve(oomKilled);
        },
      }),
    );
    await expect(running).rejects.toBe(oomKilled);
  });

  it('prefers the exit record to the news that the container is gone', async () => {
    pod.start('build');
    const gone = Promise.withResolvers<RunnerError>();
    const session = await pod.connect({ containerGone: gone.promise });
    const onOutput = async (): Promise<void> => {
      pod.cut();
      await expect.poll(() => existsSync(join(pod.logsDirectory, 'exit.n1'))).toBe(true);
      gone.resolve(oomKilled);
    };
    const running = session.runStage(stage('echo up; exit 5', { nonce: 'n1', onOutput }));
    expect(await running).toMatchObject({ exitCode: 5, logEnd: 3 });
  });

  it('never calls a stage successful when no session can be had', async () => {
    pod.start('build');
    let refusing = false;
    const session = await pod.connect({
      giveUpAfterMs: 2000,
      openExec: (command, signal) =>
        refusing ? Promise.reject(new Error('connection refused')) : pod.openExec(command, signal),
    });
    const onOutput = (): void => {
      refusing = true;
      pod.cut();
    };
    const running = session.runStage(stage('echo up; sleep 100', { onOutput }));
    await expect(running).rejects.toMatchObject({ code: 'MILLRACE_E_RESULT_UNKNOWN' });
  });

  it('does not ask again when the first session is forbidden', async () => {
    let asked = 0;
    const connecting = pod.connect({
      openExec: () => {
        asked += 1;
        return Promise.reject(forbidden);
      },
    });
    await expect(connecting).rejects.toBe(forbidden);
    expect(asked).toBe(1);
  });

  it('waits for a right that is taken away for a while from a session that had it', async () => {
    pod.start('build');
    let refusals = 0;
    const go = join(pod.directory, 'go');
    const session = await pod.connect({
      openExec: (command, signal) => {
        if (refusals === 0 || refusals > 3) return pod.openExec(command, signal);
        refusals += 1;
        if (refusals > 3) writeFileSync(go, '');
        return Promise.reject(forbidden);
      },
    });
    const onOutput = (): void => {
      if (refusals > 0) return;
      refusals = 1;
      pod.cut();
    };
    const running = session.runStage(
      stage(`echo up; while [ ! -e '${go}' ]; do sleep 0.05; done`, { onOutput }),
    );
    expect(await running).toMatchObject({ exitCode: 0 });
    expect(refusals).toBe(4);
  });

  it('goes on when a connection falls silent', async () => {
    pod.start('build');
    let first = true;
    const session = await pod.connect({
      silenceMs: 300,
      openExec: async (command, signal) => {
        const exec = await pod.openExec(command, signal);
        if (!first) return exec;
        first = false;
        return { ...exec, write: () => Promise.resolve() };
      },
    });
    const asked = stage('echo heard');
    expect(await session.runStage(asked)).toMatchObject({ exitCode: 0 });
    expect(asked.output()).toBe('heard\n');
  });
});

/** What the end of a container's first process does to the others in it. */
function killContainer({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

const forbidden = new RunnerError('create pods/exec: forbidden', {
  code: 'MILLRACE_E_KUBE_FORBIDDEN',
  kind: 'config',
  reason: 'api_forbidden',
});
const oomKilled = new RunnerError('container build was killed for lack of memory', {
  code: 'MILLRACE_E_OOM_KILLED',
  kind: 'system',
  reason: 'oom_killed',
});
