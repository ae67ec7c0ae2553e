// Public API reports: `node tools/repo/api.mjs --check|--update [FOLDER…]`, from the declarations in `dist`.
// The report of each package is committed as `api.md`; its diff is reviewed like code.
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [mode, ...named] = process.argv.slice(2);
if (mode !== '--check' && mode !== '--update') {
  process.stderr.write('usage: node tools/repo/api.mjs --check|--update [FOLDER…]\n');
  process.exit(2);
}
const folders =
  named.length > 0 ? named : globSync('packages/*/package.json', { cwd: root }).map(dirname).sort();

/** Entry points of a package as [name in its report, declaration file]. */
function entries(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'object' ? [[path, join(folder, target.types)]] : [],
  );
}

function report(folder, path, file, temp) {
  const name = path === '.' ? 'index' : path.slice(2);
  const warnings = [];
  const config = ExtractorConfig.prepare({
    configObjectFullPath: join(folder, 'api-extractor.json'),
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: file,
      compiler: {
        // The package's own settings name the source condition, which would lead from `dist` to `.ts` files.
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2024',
            lib: ['ES2024', 'ES2025.Collection', 'ES2025.Iterator', 'ESNext.Disposable'],
            module: 'NodeNext',
            types: ['node'],
            typeRoots: [join(root, 'node_modules/@types')],
            strict: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: true,
          },
          include: ['dist/**/*.d.ts'],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: temp,
        reportTempFolder: temp,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: { logLevel: 'none' },
          'ae-wrong-input-file-type': { logLevel: 'error' },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === 'error') warnings.push(message.formatMessageWithLocation(folder));
    },
  });
  if (!result.succeeded || warnings.length > 0) throw new Error(warnings.join('\n'));
  return readFileSync(join(temp, `${name}.api.md`), 'utf8');
}

let failures = 0;
for (const relative of folders) {
  const folder = resolve(root, relative);
  const temp = join(root, '.cache/api', relative);
  mkdirSync(temp, { recursive: true });
  try {
    const missing = entries(folder).find(([, file]) => !existsSync(file));
    if (missing) throw new Error(`${missing[1]} is missing: run \`npm run build\` first`);
    const text = entries(folder)
      .map(([path, file]) => report(folder, path, file, temp))
      .join('\n');
    const target = join(folder, 'api.md');
    const old = existsSync(target) ? readFileSync(target, 'utf8') : '';
    if (old === text) continue;
    if (mode === '--update') writeFileSync(target, text);
    else throw new Error('api.md is not up to date: run `npm run api:update` and review its diff');
    process.stdout.write(`${relative}/api.md written\n`);
  } catch (error) {
    failures += 1;
    process.stderr.write(`${relative}: ${error.message}\n`);
  }
}
process.exitCode = failures > 0 ? 1 : 0;
