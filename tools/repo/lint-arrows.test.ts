import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayImport, owned } from './layers.ts';
import { readWorkspaces, repoRoot } from './workspace.ts';

interface Finding {
  readonly filename: string;
  readonly code: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

const rule = 'eslint(no-restricted-imports)';
const workspaces = readWorkspaces();
const targets = workspaces.filter((target) => target.layer !== 'e2e');

/** File → its lines: one planted import a line, so that a finding's line says which one it is. */
const planted = new Map<string, readonly string[]>();
for (const from of workspaces) {
  const imports = targets.map((to, at) => `import { a as a${at} } from '${to.manifest.name}';`);
  planted.set(`${from.folder}/src/planted.ts`, imports);
  planted.set(`${from.folder}/src/planted.test.ts`, imports);
  planted.set(
    `${from.folder}/src/planted-libraries.ts`,
    Object.keys(owned).map((library, at) => `import { a as a${at} } from '${library}';`),
  );
  planted.set(`${from.folder}/src/planted-types.ts`, [
    "import type { V1Pod } from '@kubernetes/client-node';",
    "import { a } from '../../kube/dist/index.js';",
    "import { b } from '../../../packages/kube/src/index.ts';",
  ]);
}

/** Lines of every planted file that the lint rule for imports refused. */
const refused = new Map<string, Set<number>>();
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-lint-'));
  const config = JSON.parse(await readFile(join(repoRoot, '.oxlintrc.json'), 'utf8')) as object;
  // The rule needs no types, and planted files have no project to take them from.
  await writeFile(join(folder, '.oxlintrc.json'), JSON.stringify({ ...config, options: {} }));
  for (const [file, lines] of planted) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), lines.join('\n'));
  }
  for (const { filename, code, labels } of await lint(folder)) {
    if (code !== rule) continue;
    const lines = refused.get(filename) ?? new Set();
    for (const { span } of labels) lines.add(span.line);
    refused.set(filename, lines);
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function refusedImports(file: string): readonly string[] {
  return (planted.get(file) ?? []).filter((_, at) => refused.get(file)?.has(at + 1));
}

describe.each(workspaces.map((from) => [from.folder, from] as const))('lint of %s', (_, from) => {
  it.each([
    ['sources', 'planted.ts', false],
    ['tests', 'planted.test.ts', true],
  ])('refuses in %s exactly the arrows that the layer table forbids', (_kind, file, inTest) => {
    const forbidden = targets
      .map((to, at) => [to, at] as const)
      .filter(([to]) => to.name !== from.name && !mayImport(from, to, inTest))
      .map(([to, at]) => `import { a as a${at} } from '${to.manifest.name}';`);
    const self = `'${from.manifest.name}'`;
    expect(
      refusedImports(`${from.folder}/src/${file}`).filter((line) => !line.includes(self)),
    ).toEqual(forbidden);
  });

  it('leaves libraries with one owner to that owner', () => {
    const foreign = Object.entries(owned).filter(([, owner]) => owner !== from.name);
    const file = `${from.folder}/src/planted-libraries.ts`;
    expect(refusedImports(file).map((line) => line.split("'")[1])).toEqual(
      foreign.map(([library]) => library),
    );
  });

  it('lets types of the Kubernetes client through, and no path into another package', () => {
    const file = `${from.folder}/src/planted-types.ts`;
    expect(refusedImports(file)).toEqual(planted.get(file)?.slice(1));
  });
});

/** oxlint exits 1 when it finds something, which is the point here. */
async function lint(cwd: string): Promise<readonly Finding[]> {
  const bin = join(repoRoot, 'node_modules/oxlint/bin/oxlint');
  const args = [bin, '--format', 'json', '-c', '.oxlintrc.json'];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 64 << 20 }, (_error, stdout) => {
      resolve(stdout);
    });
  });
  return (JSON.parse(output) as { readonly diagnostics: readonly Finding[] }).diagnostics;
}
