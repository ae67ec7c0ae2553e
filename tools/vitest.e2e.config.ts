import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { TotalsReporter } from './repo/totals-reporter.ts';

/** Setting `conditions` replaces Vite's defaults, so they are listed again behind ours. */
const conditions = ['@millrace/source', 'node', 'module-sync', 'import', 'default'];
const root = fileURLToPath(new URL('..', import.meta.url));
const settings = {
  root,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
};
const ignored = ['**/node_modules/**', '**/dist/**'];
const tests = {
  exclude: ignored,
  pool: 'forks' as const,
  // They only bound a hang: a real cluster takes its time.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  retry: 0,
};

/** The suites on a real Kubernetes; run by `npm run e2e`, which brings the cluster. */
export default defineConfig({
  ...settings,
  test: {
    allowOnly: false,
    reporters: ['default', new TotalsReporter()],
    projects: [
      {
        ...settings,
        test: {
          ...tests,
          name: 'cluster',
          include: ['e2e/kubernetes/src/**/*.test.ts'],
          exclude: [...ignored, 'e2e/kubernetes/src/{disruptive,cluster}/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...settings,
        test: {
          ...tests,
          // They stop parts of the cluster or fill its node, so nothing runs beside them.
          name: 'disruptive',
          include: ['e2e/kubernetes/src/disruptive/**/*.test.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...settings,
        test: {
          ...tests,
          // They bring clusters up themselves.
          name: 'lifecycle',
          include: ['e2e/kubernetes/src/cluster/**/*.test.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
