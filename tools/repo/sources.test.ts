import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repoRoot } from './workspace.ts';

/** Syntax that neither the compiler nor lint refuses, and that would not run everywhere. */
const refused: readonly (readonly [string, RegExp])[] = [
  ['decorators, which type stripping leaves in place', /^\s*@[A-Za-z_]\w*/],
  ['`using`, which Node 22.19 cannot parse', /^\s*(?:await )?using \w+ =/],
];

const sources = globSync('{packages,apps,e2e}/*/src/**/*.ts', { cwd: repoRoot });

describe('sources', () => {
  it.each(refused)('do without %s', (_what, pattern) => {
    const hits = sources.flatMap((file) =>
      readFileSync(join(repoRoot, file), 'utf8')
        .split('\n')
        .flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
    );
    expect(hits).toEqual([]);
  });
});

describe('the patterns', () => {
  it.each([
    ['@injectable()', 0],
    ['  @inject(token) private a', 0],
    [' * @throws when', undefined],
    ["import type { A } from '@millrace/core';", undefined],
    ['  await using lease = await semaphore.acquire();', 1],
    ['const using = 1;', undefined],
  ])('read %j rightly', (line, expected) => {
    const found = refused.findIndex(([, pattern]) => pattern.test(line));
    expect(found === -1 ? undefined : found).toBe(expected);
  });
});
