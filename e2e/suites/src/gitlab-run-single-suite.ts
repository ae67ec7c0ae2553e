import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { podFlags } from './gitlab-files.ts';
import type { Running } from './gitlab-program.ts';
import { runRoom } from './gitlab-run-room.ts';

/** `millrace-gitlab run-single`: one runner from flags, its limits, its signals. */
export const gitlabRunSingleSuite: Suite = defineSuite('gitlab run-single', (cluster) => {
  const room = runRoom(cluster);
  const { server, addJob, configure, startCommand, ended, expectNothingLeft, folder } = room;
  const sleeping = ['echo begun', 'while sleep 0.3; do echo goes on; done'];

  /** Starts it with flags only; its temporary files are in the test's folder. */
  const start = async (...flags: readonly string[]): Promise<Running> => {
    // For the authority of the cluster, which lies beside it.
    await configure();
    return startCommand(
      [
        'run-single',
        `--url=${server().url}`,
        `--token=${server().runnerToken}`,
        ...podFlags(cluster(), room.namespace()),
        ...flags,
      ],
      { TMPDIR: folder().path },
    );
  };
  const expectNoFiles = async (): Promise<void> => {
    const names = await readdir(folder().path);
    expect(names.filter((name) => name.startsWith('millrace-single-'))).toEqual([]);
    expect(names).not.toContain('.runner_system_id');
    await expectNothingLeft();
  };

  describe('a limit', () => {
    it('--max-builds: as many jobs as allowed, one after another, whatever becomes of them', async () => {
      const [first, second, third] = [
        addJob({ script: ['exit 3'] }),
        addJob({ script: ['echo "in $HERE"'] }),
        addJob(),
      ];
      const runner = await start('--max-builds', '2', '--env', 'HERE=flags');
      const { exitCode, stderr } = await runner.finished;
      expect(stderr).toContain('This runner has processed its build limit, so now exiting');
      expect(exitCode).toBe(0);
      expect(await ended(first)).toMatchObject({ state: 'failed', exitCode: 3 });
      expect((await ended(second)).log).toContain('in flags\n');
      expect(server().stateOf(third)).toBe('pending');
      await expectNoFiles();
    });

    it('--wait-timeout: the end when no job came', async () => {
      const runner = await start('--wait-timeout', '1');
      const { exitCode, stderr } = await runner.finished;
      expect(stderr).toContain('This runner has not received a job in 1 seconds, so now exiting');
      expect(exitCode).toBe(0);
      await expectNoFiles();
    });
  });

  describe('a signal', () => {
    it('SIGQUIT: the running job ends by itself, no more are taken', async () => {
      const first = addJob({ script: ['echo begun', 'sleep 2', 'echo ended'] });
      const runner = await start();
      await server().whenTraced(first, '$ sleep 2');
      const second = addJob();
      runner.kill('SIGQUIT');
      const { exitCode, stderr } = await runner.finished;
      expect(stderr).toContain('Requested quit, waiting for builds to finish');
      expect(exitCode).toBe(0);
      expect((await ended(first)).log).toContain('ended\n');
      expect(server().stateOf(second)).toBe('pending');
      await expectNoFiles();
    });

    it('SIGTERM: the running job ends as interrupted and the server is told', async () => {
      const id = addJob({ script: sleeping });
      const runner = await start();
      await server().whenTraced(id, 'goes on\n');
      runner.kill('SIGTERM');
      const { exitCode, stderr } = await runner.finished;
      expect(stderr).toContain('Requested exit: terminated');
      expect(exitCode).toBe(0);
      expect((await ended(id)).failureReason).toBe('runner_interrupted');
      await expectNoFiles();
    });

    it('a second one ends the process at once', async () => {
      const id = addJob({ script: sleeping });
      const runner = await start('--state-dir', '.millrace');
      await server().whenTraced(id, 'goes on\n');
      const held = server().faults.add({ call: 'final' }, { kind: 'hold' });
      const told = new Promise<void>((resolve) => {
        server().faults.onCall(({ call }) => {
          if (call === 'final') resolve();
          return 'carry-out';
        });
      });
      runner.kill('SIGINT');
      await told;
      runner.kill('SIGINT');
      const { exitCode, stderr } = await runner.finished;
      expect(exitCode).toBe(1);
      expect(stderr).toContain('forced exit: interrupt');
      // With a state directory the next one tells the result, and that was its job.
      server().faults.forgive(id);
      held.remove();
      const next = await start('--state-dir', '.millrace', '--max-builds', '1');
      expect((await next.finished).exitCode).toBe(0);
      expect((await ended(id)).failureReason).toBe('runner_interrupted');
      await expectNoFiles();
    });
  });

  it('takes a runner by name from a configuration, with the system id that lies beside it', async () => {
    const id = addJob({ script: ['echo "by $CI_RUNNER_DESCRIPTION"'] });
    await configure();
    const config = join(folder().path, 'config.toml');
    const runner = startCommand(
      ['run-single', '--config', config, '-r', 'suite', '--max-builds', '1'],
      { TMPDIR: folder().path },
    );
    expect((await runner.finished).exitCode).toBe(0);
    expect((await ended(id)).state).toBe('success');
    expect(await readdir(folder().path)).toContain('.runner_system_id');
    await expectNothingLeft();
  });

  it('ends with 1 when something is missing, and 2 when a flag is wrong', async () => {
    const without = startCommand(['run-single', '--url', server().url]);
    expect(await without.finished).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Missing Token') as string,
    });
    const wrong = startCommand(['run-single', '--max-bilds', '3']);
    expect(await wrong.finished).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--max-builds') as string,
    });
  });

  it('prints its help', async () => {
    const { exitCode, stdout } = await startCommand(['run-single', '--help']).finished;
    expect(exitCode).toBe(0);
    for (const flag of ['--max-builds', '--wait-timeout', '--kubernetes-namespace', '-u, --url'])
      expect(stdout).toContain(flag);
  });
});
