import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arrows, exceptions, mayImport } from './layers.ts';
import type { Workspace } from './workspace.ts';
import { readWorkspaces, repoRoot } from './workspace.ts';

const workspaces = readWorkspaces();
const byPackage = new Map(workspaces.map((each) => [each.manifest.name, each]));
const cases = workspaces.map((each) => [each.folder, each] as const);
const read = (file: string): string => readFileSync(join(repoRoot, file), 'utf8');

/** Workspace packages a manifest field names. */
function siblings(field: Readonly<Record<string, string>> | undefined): readonly Workspace[] {
  return Object.keys(field ?? {}).flatMap((name) => byPackage.get(name) ?? []);
}

function sourcesOf(folder: string): readonly string[] {
  return globSync(`${folder}/src/**/*.ts`, { cwd: repoRoot });
}

/** `import('…')` and `require('…')` of a workspace package, which the lint rule for imports does not see. */
function escapingImports(source: string): readonly string[] {
  const pattern =
    /\b(?:import|require|createRequire\([^)]*\))\s*\(\s*['"`](@millrace\/[a-z0-9-]+)/g;
  return [...source.matchAll(pattern)].map((match) => match[1] ?? '');
}

describe.each(cases)('%s', (folder, from) => {
  it('has a layer that the table knows', () => {
    expect(Object.keys(arrows)).toContain(from.layer);
  });

  it('depends only on layers it may import', () => {
    const used = [
      ...siblings(from.manifest.dependencies),
      ...siblings(from.manifest.peerDependencies),
    ];
    expect(used.filter((to) => !mayImport(from, to)).map((to) => to.name)).toEqual([]);
  });

  it('uses for development only what its tests may import', () => {
    const used = siblings(from.manifest.devDependencies);
    expect(
      used.filter((to) => !mayImport(from, to) && !mayImport(from, to, true)).map((to) => to.name),
    ).toEqual([]);
  });

  it('has no import expression that goes around the layers', () => {
    const escapes = sourcesOf(folder).flatMap((file) =>
      escapingImports(read(file))
        .map((name) => byPackage.get(name))
        .filter((to) => to === undefined || !mayImport(from, to, file.endsWith('.test.ts')))
        .map((to) => `${file} → ${to?.name ?? 'a package that does not exist'}`),
    );
    expect(escapes).toEqual([]);
  });
});

it.each(cases.filter(([, each]) => each.layer !== 'e2e'))('%s has a README', (folder) => {
  expect(existsSync(join(repoRoot, folder, 'README.md'))).toBe(true);
});

describe('the table of layers', () => {
  it.each(Object.entries(exceptions))('has a user for the exception %s (%s)', (arrow) => {
    const [from, to] = arrow.split(' → ');
    const user = workspaces.find((each) => each.name === from);
    expect(siblings(user?.manifest.dependencies).map((each) => each.name)).toContain(to);
  });

  it.each([
    ["await import('@millrace/engine')", ['@millrace/engine']],
    ['import(\n  "@millrace/kube/gitlab"\n)', ['@millrace/kube']],
    ["createRequire(import.meta.url)('@millrace/config')", ['@millrace/config']],
    ["import { a } from '@millrace/core';", []],
  ])('finds in %j the imports %j', (source, expected) => {
    expect(escapingImports(source)).toEqual(expected);
  });
});

const plugins = cases.filter(([, each]) => each.layer === 'plugin');

describe.each(plugins)('plugin %s', (folder, { manifest }) => {
  it('exports itself, its GitLab binding and its manifest', () => {
    expect(Object.keys(manifest.exports ?? {})).toEqual(
      expect.arrayContaining(['.', './gitlab', './package.json']),
    );
  });

  it('can be found and loaded as a plugin', () => {
    expect(manifest.keywords).toContain('millrace-plugin');
    expect(manifest.millrace).toEqual({ plugin: './dist/index.js', apiVersion: '1' });
  });

  it('takes core as a peer, so that an installation has one copy of it', () => {
    expect(manifest.dependencies ?? {}).not.toHaveProperty('@millrace/core');
    expect(manifest.peerDependencies).toHaveProperty('@millrace/core');
  });

  it('only declares in its index.ts, which stays under 60 lines', () => {
    expect(read(`${folder}/src/index.ts`).trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });
});
