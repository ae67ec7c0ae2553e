import { availableParallelism, loadavg } from 'node:os';
import { runJobBench } from './job-bench.ts';
import { runWorkflowBench } from './workflow-bench.ts';

const parts = { jobs: runJobBench, workflows: runWorkflowBench };

/** Measures the parts that are named, all by default, one after another. */
export async function runBench(
  names: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  const unknown = names.filter((name) => !Object.keys(parts).includes(name));
  if (unknown.length > 0) {
    say(`the bench has no part ${unknown.join(', ')}: ${Object.keys(parts).join(', ')}`);
    return 2;
  }
  const load = (): string => loadavg()[0]?.toFixed(1) ?? '';
  for (const [name, run] of Object.entries(parts)) {
    if (names.length > 0 && !names.includes(name)) continue;
    say(`${name}: ${availableParallelism()} processors, load before ${load()}`);
    await run(say);
    say(`${name}: load after ${load()}`);
  }
  return 0;
}
