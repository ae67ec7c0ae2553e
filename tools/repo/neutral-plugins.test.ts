import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repoRoot } from './workspace.ts';

/** What a plugin is called by one peer stands in these files alone, and in their tests. */
const bindings = /\/(?:gitlab|woodpecker)(?:-[a-z-]+)?(?:\.test)?\.ts$/;
const peer = /gitlab|woodpecker/i;

/** Where a rule comes from may be said; what the code does may not depend on it. */
const withoutRemarks = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

/** Rules of names that plugins share are called after who made them. */
const sharedRule = /\b(?:gitlab|woodpecker)(?:DnsName|LabelValue|NameBase)\b/g;

const cores = globSync('packages/{core,engine,plugin-*}/src/**/*.ts', { cwd: repoRoot }).filter(
  (file) => !file.includes('.test.') && !bindings.test(file),
);

it('plugins, the engine and the contracts do not know which program they are in', () => {
  const hits = cores.flatMap((file) =>
    withoutRemarks(readFileSync(join(repoRoot, file), 'utf8'))
      .replaceAll(sharedRule, '')
      .split('\n')
      .flatMap((line) => (peer.test(line) ? [`${file}: ${line.trim()}`] : [])),
  );
  expect(hits).toEqual([]);
});
