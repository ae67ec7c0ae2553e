import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { TotalsReporter } from './repo/totals-reporter.ts';

/** Setting `conditions` replaces Vite's defaults, so they are listed again behind ours. */
const conditions = ['@millrace/source', 'node', 'module-sync', 'import', 'default'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      '{packages,apps}/*/src/**/*.test.ts',
      'e2e/{embedded,suites}/src/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Processes, not threads: tests send signals and start children. Two are enough for the machines we have.
    pool: 'forks',
    maxWorkers: 2,
    // Generous, because they only bound a hang: no test waits for time to pass.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    allowOnly: false,
    retry: 0,
    reporters: ['default', new TotalsReporter()],
  },
});
