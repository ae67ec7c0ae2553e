import { join } from 'node:path';
import type { SuiteCluster } from './define-suite.ts';
import { kubeconfigText, runnerConfigText, type KubeconfigChanges } from './gitlab-files.ts';
import { startGitlab, type Finished, type Folder, type Running } from './gitlab-program.ts';
import { programRoom } from './program-room.ts';

/** How `millrace-gitlab exec` is started. */
export interface ExecSpec {
  /** Namespace in the runner's configuration; the test's own if absent. */
  readonly namespace?: string;
  /** In what it differs from the administrator's. */
  readonly kubeconfig?: KubeconfigChanges;
  readonly args?: readonly string[];
  /** More lines of `[runners.kubernetes]`, and tables below it. */
  readonly config?: string;
}

/** What a test of `millrace-gitlab exec` works with. */
export interface ExecRoom {
  /** Where the pipeline file lies. */
  readonly project: () => Folder;
  /** The test's own, on the suite's cluster. */
  readonly namespace: () => string;
  readonly start: (spec?: ExecSpec) => Promise<Running>;
  readonly run: (spec?: ExecSpec) => Promise<Finished>;
}

/**
 * Gives each test of a suite a project, a namespace, and the program on the suite's cluster. To be called where the
 * suite is defined: what a test has started and made goes with it, also when it fails half-way.
 */
export function execRoom(cluster: SuiteCluster): ExecRoom {
  const { project, operator, namespace, keep } = programRoom(cluster);
  const start = async (spec: ExecSpec = {}): Promise<Running> => {
    const changes = spec.kubeconfig;
    await operator().write({
      'config.toml': `${runnerConfigText(cluster(), spec.namespace ?? namespace())}${spec.config ?? ''}`,
      kubeconfig: changes === undefined ? cluster().kubeconfig : kubeconfigText(cluster(), changes),
    });
    const kubeconfig = join(operator().path, 'kubeconfig');
    const config = join(operator().path, 'config.toml');
    return keep(
      startGitlab(
        ['exec', '--kubeconfig', kubeconfig, '--config', config, ...(spec.args ?? [])],
        project().path,
      ),
    );
  };
  return {
    project,
    namespace,
    start,
    run: async (spec) => (await start(spec)).finished,
  };
}
