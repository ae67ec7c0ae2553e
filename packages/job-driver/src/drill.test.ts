import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLocalPod, localShells, stage, type LocalShell } from './local-pod.test.helper.ts';

/** `MILLRACE_DRILL_RUNS=300` runs the whole drill; what is here is enough to meet a hang of one run in twenty. */
const runs = Number(process.env['MILLRACE_DRILL_RUNS'] ?? 60);
const parallel = 10;

describe.each(localShells)('under $label', (shell) => {
  it(`does ${runs} runs, ${parallel} at a time: none hangs, every script runs once`, async () => {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < runs) {
        next += 1;
        await oneRun(shell, next);
      }
    };
    await Promise.all(Array.from({ length: parallel }, worker));
  }, 600_000);
});

async function oneRun(shell: LocalShell, run: number): Promise<void> {
  const pod = createLocalPod(shell);
  try {
    // Whoever comes first, and in every third run a connection that is cut in the middle.
    for (const role of run % 2 === 0 ? ['helper', 'build'] : ['build', 'helper']) pod.start(role);
    const session = await pod.connect();
    const ran = join(pod.directory, 'ran');
    const names = ['prepare_script', 'get_sources', 'step_script', 'after_script', 'archive_cache'];
    for (const [index, name] of names.entries()) {
      const container = index === 2 || index === 3 ? 'build' : 'helper';
      const asked = stage(`echo ${name} >>'${ran}'; echo "${name} out"; exit ${index}`, {
        name,
        container,
        ...(run % 3 === 0 && index === 2 ? { onOutput: pod.cut } : {}),
      });
      expect(await session.runStage(asked)).toMatchObject({ exitCode: index });
    }
    expect(readFileSync(ran, 'utf8')).toBe(names.map((name) => `${name}\n`).join(''));
    expect(pod.log().toString()).toBe(names.map((name) => `${name} out\n`).join(''));
  } finally {
    await pod.stop();
  }
}
