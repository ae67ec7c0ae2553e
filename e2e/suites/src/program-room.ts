import { afterEach, beforeEach } from 'vitest';
import type { SuiteCluster } from './define-suite.ts';
import { temporaryFolder, type Folder } from './gitlab-program.ts';
import type { Running } from './program.ts';

/** What a test of a program that runs local files works with. */
export interface ProgramRoom {
  /** Where the pipeline file lies. */
  readonly project: () => Folder;
  /** For what the operator keeps, apart from the project, whose files travel into pods. */
  readonly operator: () => Folder;
  /** The test's own, on the suite's cluster. */
  readonly namespace: () => string;
  /** Takes care that a program goes with its test, also when that fails half-way. */
  readonly keep: (program: Running) => Running;
}

/** Gives each test of a suite two folders and a namespace. To be called where the suite is defined. */
export function programRoom(cluster: SuiteCluster): ProgramRoom {
  let namespace: string;
  let project: Folder;
  let operator: Folder;
  const started = new Set<Running>();
  beforeEach(async () => {
    namespace = await cluster().newNamespace();
    project = await temporaryFolder();
    operator = await temporaryFolder();
  });
  afterEach(async () => {
    for (const program of started) {
      program.kill('SIGKILL');
      await program.finished;
    }
    started.clear();
    await project.remove();
    await operator.remove();
  });
  return {
    project: () => project,
    operator: () => operator,
    namespace: () => namespace,
    keep: (program) => {
      started.add(program);
      return program;
    },
  };
}
