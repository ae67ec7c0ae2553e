// Prints what became of each suite in two runs: `node tools/repo/run.mjs node tools/repo/suite-table.mjs ONE.json OTHER.json`.
import { readFileSync } from 'node:fs';
import { suiteTable } from './suite-table.ts';

const files = process.argv.slice(2);
if (files.length !== 2) {
  process.stderr.write('suite-table: name two files that MILLRACE_SUITE_REPORT has written\n');
  process.exit(2);
}
process.stdout.write(suiteTable(files.map((file) => JSON.parse(readFileSync(file, 'utf8')))));
