import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startGitlabServer } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { runRoom } from './gitlab-run-room.ts';

/** The process of `millrace-gitlab run`: its signals, its configuration, its state directory. */
export const gitlabRunProcessSuite: Suite = defineSuite('gitlab run process', (cluster) => {
  const room = runRoom(cluster);
  const { server, addJob, start, ended, expectNothingLeft, expectCleanEnd, folder, configure } =
    room;
  /** It says something all the time: a runner learns from the answers that its job was canceled. */
  const sleeping = ['echo begun', 'while sleep 0.3; do echo goes on; done'];

  it('objects that could not be deleted are not forgotten: the next process tries again', async () => {
    cluster().faults.refuse(
      ({ verb, resource, namespace }) =>
        verb === 'delete' && resource === 'pods' && namespace === room.namespace(),
      // The unit's own removal, and that at the end of the job.
      { code: 403, reason: 'Forbidden', message: 'not now', times: 2 },
    );
    const id = addJob({ script: ['echo "ran once"'] });
    const first = await start();
    const { state, log } = await ended(id);
    expect(state).toBe('success');
    expect(log).toContain('Error cleaning up Pod');
    await first.says('Objects of a job could not be deleted');
    first.kill('SIGQUIT');
    expect(await first.finished).toMatchObject({ exitCode: 0 });
    expect(await cluster().leftovers(room.namespace())).not.toEqual([]);
    await expectCleanEnd(await start());
    expect(server().traceOf(id).toString()).toBe(log);
  });

  describe('a signal', () => {
    it('SIGQUIT: no more jobs are taken, the running one ends by itself', async () => {
      const first = addJob({ script: ['echo begun', 'sleep 2', 'echo ended'] });
      const runner = await start({ concurrent: 2 });
      await server().whenTraced(first, '$ sleep 2');
      runner.kill('SIGQUIT');
      await runner.says('Starting graceful shutdown');
      runner.kill('SIGQUIT');
      const second = addJob();
      expect((await ended(first)).log).toContain('ended\n');
      expect(await runner.finished).toMatchObject({ exitCode: 0 });
      expect(server().stateOf(second)).toBe('pending');
      await expectNothingLeft();
    });

    it.each(['SIGTERM', 'SIGINT'] as const)(
      '%s: the running job ends as interrupted and the server is told',
      async (signal) => {
        const id = addJob({ script: sleeping, afterScript: ['echo after_script "ran"'] });
        const runner = await start();
        await server().whenTraced(id, 'goes on\n');
        runner.kill(signal);
        expect(await runner.finished).toMatchObject({ exitCode: 0 });
        const { failureReason, log } = await ended(id);
        expect(failureReason).toBe('runner_interrupted');
        const word = signal === 'SIGTERM' ? 'terminated' : 'interrupt';
        expect(log).toContain(`aborted: ${word}`);
        expect(log).not.toContain('after_script ran');
        await expectNothingLeft();
      },
    );

    it('a second one ends the process at once, and the next process tells the result', async () => {
      const id = addJob({ script: sleeping });
      const first = await start();
      await server().whenTraced(id, 'goes on\n');
      const held = server().faults.add({ call: 'final' }, { kind: 'hold' });
      const told = new Promise<void>((resolve) => {
        server().faults.onCall(({ call }) => {
          if (call === 'final') resolve();
          return 'carry-out';
        });
      });
      first.kill('SIGTERM');
      await told;
      first.kill('SIGTERM');
      const end = await first.finished;
      expect(end.exitCode).toBe(1);
      expect(end.stderr).toContain('forced exit with stop signal: terminated');
      server().faults.forgive(id);
      held.remove();
      const second = await start();
      expect((await ended(id)).failureReason).toBe('runner_interrupted');
      await expectCleanEnd(second);
    });

    it('jobs that take too long to end are left to the next process', async () => {
      const id = addJob({ script: sleeping });
      const first = await start({ global: 'shutdown_timeout = 1' });
      await server().whenTraced(id, 'goes on\n');
      const held = server().faults.add({ call: 'final' }, { kind: 'hold' });
      first.kill('SIGTERM');
      const end = await first.finished;
      expect(end.exitCode).toBe(1);
      expect(end.stderr).toContain('shutdown timed out');
      server().faults.forgive(id);
      held.remove();
      const second = await start();
      expect((await ended(id)).failureReason).toBe('runner_interrupted');
      await expectCleanEnd(second);
    });

    it('on_terminate = "detach": SIGTERM leaves the job, and the next process brings it to its end', async () => {
      const id = addJob({ script: ['echo begun', 'sleep 4', 'echo ended'] });
      const own = '[millrace]\non_terminate = "detach"';
      const first = await start({ global: own });
      await server().whenTraced(id, '$ sleep 4');
      first.kill('SIGTERM');
      const end = await first.finished;
      expect(end.exitCode).toBe(0);
      expect(end.stderr).toContain('left to the next process');
      expect(server().stateOf(id)).toBe('running');
      server().faults.forgive(id);
      const second = await start({ global: own });
      const { state, log } = await ended(id);
      expect(state).toBe('success');
      expect(log.match(/begun$/gm)).toHaveLength(1);
      expect(log).toContain('ended\n');
      await expectCleanEnd(second);
    });
  });

  describe('a configuration that changes', () => {
    it('by SIGHUP: a new runner appears, and the running job keeps its own', async () => {
      const other = await startGitlabServer();
      try {
        const asked = new Promise<void>((resolve) => {
          other.faults.onCall(() => {
            resolve();
            return 'carry-out';
          });
        });
        const id = addJob({ script: sleeping });
        const runner = await start({ concurrent: 2 });
        await server().whenTraced(id, 'goes on\n');
        await configure({
          concurrent: 2,
          url: other.url,
          token: other.runnerToken,
        });
        runner.kill('SIGHUP');
        await asked;
        server().cancel(id, 'gracefully');
        expect((await ended(id)).state).toBe('canceled');
        expect(other.violations()).toEqual([]);
        await expectCleanEnd(runner);
      } finally {
        await other.close();
      }
    });

    it('by its time: a broken one is told, and the old one stays', async () => {
      const runner = await start();
      await runner.says('Configuration loaded');
      await writeFile(join(folder().path, 'config.toml'), 'concurrent = [');
      await runner.says('Failed to load config');
      const id = addJob();
      expect((await ended(id)).state).toBe('success');
      await expectCleanEnd(runner);
    });

    it('that is not there at the start may come later', async () => {
      const runner = await start();
      await runner.says('Configuration loaded');
      runner.kill('SIGQUIT');
      await runner.finished;
      await rm(join(folder().path, 'config.toml'));
      const id = addJob();
      const late = room.startAsIs();
      await late.says('Failed to load config stat');
      await configure();
      expect((await ended(id)).state).toBe('success');
      await expectCleanEnd(late);
    });
  });

  describe('what is wrong is told', () => {
    it('a second process on the same state directory ends with the reason', async () => {
      const first = await start();
      await first.says('Configuration loaded');
      const second = await start();
      const { exitCode, stderr } = await second.finished;
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/state directory .* belongs to the running process \d+/);
      expect(stderr).toContain('MILLRACE_E_STATE_LOCKED');
      await expectCleanEnd(first);
    });

    it('an empty token', async () => {
      const runner = await start({ token: ' ' });
      await runner.says('Runner token is empty or whitespace');
      await runner.says('Configuration loaded');
      expect(server().calls()).toEqual([]);
      await expectCleanEnd(runner);
    });

    it('a runner of another executor is not asked for jobs', async () => {
      const runner = await start();
      await runner.says('Configuration loaded');
      await expectCleanEnd(runner);
      const before = server().calls().length;
      await configure({ runner: '' });
      const file = join(folder().path, 'config.toml');
      await writeFile(
        file,
        `[[runners]]\nname = "d"\nurl = "${server().url}"\ntoken = "x"\nexecutor = "docker"\n[runners.docker]\nimage = "a"\n`,
      );
      const other = room.startAsIs();
      await other.says('Executor "docker" is not known');
      await other.says('Configuration loaded');
      await expectCleanEnd(other);
      expect(server().calls()).toHaveLength(before);
    });

    it('a GitLab that does not answer', async () => {
      const accept = await server().faults.refuseConnections();
      const runner = await start();
      await runner.says('Checking for jobs... failed');
      await accept();
      const id = addJob();
      expect((await ended(id)).state).toBe('success');
      await expectCleanEnd(runner);
    });

    it('a refused token disables the runner after three answers', async () => {
      const runner = await start({ token: 'glrt-unknown', runner: 'unhealthy_interval = "3s"' });
      await runner.says('is unhealthy and will be disabled for 3 seconds!');
      expect(
        server()
          .calls()
          .filter(({ outcome }) => outcome === 403),
      ).toHaveLength(3);
      await runner.says('is not healthy, but check for a new job will be forced!');
      runner.kill('SIGQUIT');
      expect(await runner.finished).toMatchObject({ exitCode: 0 });
    });

    it.each([
      ['an unknown word', { pods: 'poll_timeout = "soon"' }, /runners.*poll_timeout/],
      [
        'a bad name of ours',
        { global: '[millrace]\nstat_dir = "x"' },
        /millrace\.stat_dir: unknown key[^]*state_dir/,
      ],
      ['no workers', { global: '', concurrent: 0 }, /concurrent: must be at least 1/],
    ] as const)('%s in the configuration, with its key', async (_title, settings, said) => {
      const runner = await start(settings);
      const { exitCode, stderr } = await runner.finished;
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(said);
    });
  });

  it('jobs run where the state cannot be written, with one warning', async () => {
    await writeFile(join(folder().path, '.millrace'), 'in the way');
    const ids = [addJob(), addJob({ script: ['exit 4'] })];
    const runner = await start();
    expect((await ended(ids[0] ?? 0)).state).toBe('success');
    expect(await ended(ids[1] ?? 0)).toMatchObject({ exitCode: 4 });
    runner.kill('SIGQUIT');
    const { exitCode, stderr } = await runner.finished;
    expect(exitCode).toBe(0);
    expect(stderr.match(/cannot be written/g)).toHaveLength(1);
    expect(await cluster().leftovers(room.namespace())).toEqual([]);
    expect(server().violations()).toEqual([]);
  });
});
