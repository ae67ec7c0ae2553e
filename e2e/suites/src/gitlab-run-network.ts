import type { RunnerEntry } from './gitlab-files.ts';

/** Lets a job's pod reach a server on the loopback address of the machine, where the node is on it too. */
export const onHostNetwork: Pick<RunnerEntry, 'pods' | 'runner'> = {
  runner: 'feature_flags = { FF_USE_ADVANCED_POD_SPEC_CONFIGURATION = true }',
  pods: `[[runners.kubernetes.pod_spec]]
name = "host network"
patch = "hostNetwork: true"
patch_type = "merge"`,
};
