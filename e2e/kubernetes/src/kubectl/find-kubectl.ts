import { runningCluster } from '../handle/running-cluster.ts';

/** Path of `kubectl`: the one asked for, or that of the cluster of our own; undefined when there is neither. */
export async function findKubectl(): Promise<string | undefined> {
  const { MILLRACE_E2E_KUBECTL: path = '' } = process.env;
  return path === '' ? (await runningCluster())?.kubectl : path;
}

/** Why tests are left out when it is not found. */
export const needsKubectl = 'needs the path of kubectl in MILLRACE_E2E_KUBECTL';
