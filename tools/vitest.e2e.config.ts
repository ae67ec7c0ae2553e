import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { TotalsReporter } from './repo/totals-reporter.ts';

/** Setting `conditions` replaces Vite's defaults, so they are listed again behind ours. */
const conditions = ['@millrace/source', 'node', 'module-sync', 'import', 'default'];

/** Tests that need more than Node and git: programs of other projects, or a real Kubernetes. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['e2e/kubernetes/src/**/*.test.ts'],
    pool: 'forks',
    // One after the other: a test may close a node to new pods.
    maxWorkers: 1,
    fileParallelism: false,
    // Generous, because they only bound a hang: no test waits for time to pass.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    allowOnly: false,
    retry: 0,
    reporters: ['default', new TotalsReporter()],
  },
});
