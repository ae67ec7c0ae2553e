import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { execRoom } from '@millrace/e2e-suites/gitlab-fixture';
import { describe, expect, it } from 'vitest';
import { realCluster } from './real-cluster.ts';

const cluster = realCluster();
const megabyte = 1_000_000;

/** The most memory, in bytes, that a process has had so far; undefined when it has ended. */
function peakMemory(pid: number | undefined): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
    return peak === undefined ? undefined : Number(peak) * 1024;
  } catch {
    return undefined;
  }
}

describe('what a script prints arrives byte by byte, and does not pile up in the runner', () => {
  const { project, start } = execRoom(cluster);
  const line = 'line %.0f of a log that must arrive whole, in order and without repeats';
  const lines = (count: number): string => `seq -f "${line}" 1 ${count}`;

  it.each([
    ['100 MB in one burst', lines(1_400_000), 100],
    ['2 MB a second for a minute', `for i in $(seq 60); do ${lines(28_000)}; sleep 1; done`, 110],
  ])('%s', async (_amount, command, megabytes) => {
    await project().write({
      '.gitlab-ci.yml': JSON.stringify({
        job: {
          image: cluster().images.tools,
          script: [`{ ${command}; } | tee /tmp/printed`, 'echo; sha256sum /tmp/printed'],
        },
      }),
    });
    const program = await start();
    const peaks: number[] = [];
    let received = 0;
    program.onOutput((piece) => {
      const before = received;
      received += piece.length;
      if (Math.floor(before / megabyte) === Math.floor(received / megabyte) && before > 0) return;
      const peak = peakMemory(program.pid);
      if (peak !== undefined) peaks.push(peak);
    });
    const { stdout, exitCode } = await program.finished;
    const begin = stdout.indexOf('\nline 1 ') + 1;
    const end = stdout.indexOf('\n$ echo; sha256sum') + 1;
    const printed = stdout.slice(begin, end);
    const hash = createHash('sha256').update(printed).digest('hex');
    expect(exitCode).toBe(0);
    expect(Buffer.byteLength(printed)).toBeGreaterThan(megabytes * megabyte);
    expect(stdout).toContain(`\n${hash}  /tmp/printed\n`);
    // What it needs it has by half of the log. Were the other half kept, all of it would be added; a collector that comes
    // late, on a machine with more to do, adds some.
    const [half = 0, last = 0] = [peaks[Math.floor(peaks.length / 2)], peaks.at(-1)];
    expect(last - half).toBeLessThan((megabytes / 2) * 0.8 * megabyte);
  });
});
