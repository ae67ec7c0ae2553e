// Infers the targets of every package from its place in the tree, so that manifests carry no copied scripts.
// Plain data: needs neither @nx/devkit nor a TypeScript loader.
import { dirname } from 'node:path';

export const name = 'millrace-targets';

export const createNodesV2 = [
  '{packages,apps}/*/package.json',
  (files) =>
    files.map((file) => {
      const root = dirname(file);
      const inPackage = (command) => ({ command, options: { cwd: root } });
      const targets = {
        build: inPackage('tsc -b'),
        test: { command: `vitest run --passWithNoTests --config tools/vitest.config.ts ${root}/` },
      };
      if (root.startsWith('packages/')) {
        targets['pack-check'] = inPackage('publint --strict && attw --pack . --profile esm-only');
        targets.api = { command: `node tools/repo/api.mjs --check ${root}` };
      }
      return [file, { projects: { [root]: { targets } } }];
    }),
];
