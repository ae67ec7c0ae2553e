import { fileURLToPath } from 'node:url';
import { startProgram } from '@millrace/e2e-suites/program';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const main = fileURLToPath(new URL('../../../apps/woodpecker-compat/src/main.ts', import.meta.url));

it.each(['auto', 'off'])(
  'the example of the README runs on a cluster of its own, with namespaces %s',
  async (namespaces) => {
    const args = ['exec', 'examples/first-workflow', '--namespaces', namespaces];
    const { exitCode, stdout, stderr } = await startProgram(main, args, root).finished;
    expect(stdout).toContain('unit tests | all tests pass\n');
    expect(stdout).toContain('report     | the pipeline is a success\n');
    expect(stderr).toContain('woodpecker: succeeded');
    expect(exitCode).toBe(0);
  },
);
