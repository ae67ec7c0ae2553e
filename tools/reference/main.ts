// Writes the generated pages: `npm run docs`. With `--check` it only says which are not up to date, and ends with 1.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../repo/workspace.ts';
import { pages } from './pages.ts';

const check = process.argv.includes('--check');
for (const [file, render] of Object.entries(pages)) {
  const target = join(repoRoot, file);
  const text = await render();
  if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
  if (check) {
    process.exitCode = 1;
    process.stderr.write(`${file} is not up to date: run \`npm run docs\`\n`);
  } else {
    writeFileSync(target, text);
    process.stdout.write(`${file} written\n`);
  }
}
