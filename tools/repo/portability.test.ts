import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repoRoot } from './workspace.ts';

/** Files of the checkout, committed or not, without those that git ignores. */
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: repoRoot })
  .toString()
  .split('\n')
  .filter((file) => /\.(?:[cm]?[jt]s|json|md|ya?ml|toml|sh|go|py)$|^\.ci\//.test(file))
  // What was recorded of others names folders of their containers.
  .filter((file) => !file.includes('/recorded/fixtures/'))
  // Deleted, but not yet committed.
  .filter((file) => existsSync(join(repoRoot, file)));

// Assembled, so that this file does not find itself.
const forbidden: readonly (readonly [string, RegExp])[] = [
  [
    'a folder of one machine',
    new RegExp(String.raw`(?<![\w./$}~-])/(?:${'work'}|${'root'})/[\w.-]`),
  ],
  ['a folder beside the checkout', new RegExp(String.raw`\.\./${'shared'}\b`)],
];

it.each(forbidden)('no file names %s', (_what, pattern) => {
  const hits = files.flatMap((file) =>
    readFileSync(join(repoRoot, file), 'utf8')
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
  expect(hits).toEqual([]);
});

it('names no registry host in the lock file, so that any registry can serve it', () => {
  const lock = readFileSync(join(repoRoot, 'package-lock.json'), 'utf8');
  expect(lock).not.toContain('"resolved": "http');
});
