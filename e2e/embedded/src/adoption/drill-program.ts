import { readFileSync } from 'node:fs';
import { workOnJob, type DrillSpec } from './drill-job.ts';

/** The program under test: one job, whose description is in the file named by the first argument. */
const [, , file = ''] = process.argv;
const spec = JSON.parse(readFileSync(file, 'utf8')) as DrillSpec;
try {
  await workOnJob(spec, new AbortController().signal);
} catch (failure) {
  process.stderr.write(`${failure instanceof Error ? failure.message : String(failure)}\n`);
  process.exitCode = 1;
}
