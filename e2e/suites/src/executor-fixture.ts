import { afterAll } from 'vitest';
import type { SuiteCluster } from './define-suite.ts';
import { openJobStarter, type JobStarter } from './job-starter.ts';

export type { StartedJob } from './job-starter.ts';

/** Starts jobs on a suite's cluster. To be called where the suite is defined: the jobs' records go when its tests have run. */
export function jobStarter(cluster: SuiteCluster): Pick<JobStarter, 'start' | 'startUnits'> {
  const starter = openJobStarter(cluster);
  afterAll(starter.close);
  return starter;
}
