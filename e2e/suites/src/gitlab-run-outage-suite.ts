import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import type { Running } from './gitlab-program.ts';
import { runRoom } from './gitlab-run-room.ts';

/** The GitLab server goes away for a while, or is slow. */
export const gitlabRunOutageSuite: Suite = defineSuite('gitlab run outages', (cluster) => {
  describe('no connection is taken', () => {
    const { server, addJob, start, ended, expectCleanEnd } = runRoom(cluster);
    /** The server is away until the runner has noticed. */
    const away = async (runner: Running, notice: string): Promise<void> => {
      const back = await server().faults.refuseConnections();
      await runner.says(notice);
      await back();
    };

    it('when a job is asked for', async () => {
      const runner = await start();
      await runner.says('Configuration loaded');
      await away(runner, 'Checking for jobs... failed');
      const id = addJob();
      expect((await ended(id)).state).toBe('success');
      await expectCleanEnd(runner);
    });

    it('while the log is sent', async () => {
      const id = addJob({
        script: ['for i in $(seq 40); do echo "line $i"; sleep 0.1; done'],
      });
      const runner = await start();
      await server().whenTraced(id, 'line 1\n');
      await away(runner, 'Appending trace to coordinator...failed');
      const { log, state } = await ended(id);
      expect(state).toBe('success');
      expect([...log.matchAll(/O line (\d+)$/gm)].map(([, number]) => Number(number))).toEqual(
        Array.from({ length: 40 }, (_, index) => index + 1),
      );
      await expectCleanEnd(runner);
    });

    it('when the result is told', async () => {
      const id = addJob({ script: ['exit 3'] });
      let back: Promise<() => Promise<void>> | undefined;
      const stop = server().faults.onCall(({ call }) => {
        if (call !== 'final') return 'carry-out';
        back ??= server().faults.refuseConnections();
        return 'drop';
      });
      const runner = await start();
      await runner.says('Job trace termination is tried again');
      stop();
      await (
        await back
      )?.();
      expect((await ended(id)).exitCode).toBe(3);
      await expectCleanEnd(runner);
    });

    it('and its answers are errors for a while', async () => {
      const id = addJob({ script: ['echo hello', 'exit 4'] });
      for (const call of ['confirm', 'patch', 'final'] as const)
        server().faults.add({ call }, { kind: 'answer', status: 502 }, { times: 2 });
      server().faults.add({ call: 'final' }, { kind: 'not-yet' }, { times: 1 });
      server().faults.add({ call: 'final' }, { kind: 'lose-answer' }, { times: 1 });
      const runner = await start();
      expect((await ended(id)).exitCode).toBe(4);
      await expectCleanEnd(runner);
    });
  });

  describe('a slow reader of a hundred megabytes', () => {
    const { server, addJob, start, expectCleanEnd } = runRoom(cluster, { traces: 'digest' });

    it(
      'gets them all, and the runner stays small',
      async ({ skip }) => {
        skip(process.platform !== 'linux', 'the size of a process is read from /proc');
        const bytes = 100_000_000;
        const printing = (count: number) => ({
          script: [`yes 'a line of the log that is not long' | head -c ${count} || true`],
          variables: [{ key: 'FF_TIMESTAMPS', value: 'false' }],
        });
        // How much garbage lies about before it is collected is no growth either, so the first job is large, too.
        const first = addJob(printing(bytes / 2));
        server().faults.add({ call: 'patch' }, { kind: 'slow-reader', bytesPerTurn: 256 * 1024 });
        const runner = await start({ runner: 'output_limit = 200000' });
        expect(await server().whenJob(first)).toBe('success');
        const before = await peakOf(runner);
        const id = addJob(printing(bytes));
        expect(await server().whenJob(id)).toBe('success');
        const traceSize = server()
          .jobs()
          .find((job) => job.id === id)?.traceSize;
        expect(traceSize).toBeGreaterThan(bytes);
        expect((await peakOf(runner)) - before).toBeLessThan(60);
        await expectCleanEnd(runner);
      },
      timeLimit,
    );
  });
});

const timeLimit = 300_000;

/** The most memory that a process has had so far, in MB. */
async function peakOf({ pid }: Running): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kilobytes) / 1000;
}
