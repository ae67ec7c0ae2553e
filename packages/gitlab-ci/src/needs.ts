import { describeNode, getEntry, type CiNode } from './ci-node.ts';
import type { Findings } from './findings.ts';
import { readBoolean, readString } from './read-values.ts';

/** One job that has to end first. */
export interface CiNeed {
  readonly job: string;
  /** Whether its artifacts are wanted. */
  readonly artifacts: boolean;
  /** Whether the job may be missing. */
  readonly optional: boolean;
  /** Where it is written. */
  readonly node: CiNode;
}

/** Reads `needs:`; needs of other pipelines and of single parallel jobs are refused by name. */
export function readNeeds(node: CiNode, findings: Findings): readonly CiNeed[] {
  if (node.kind !== 'list') {
    findings.error(
      node,
      `expected a list of jobs, found ${describeNode(node)}`,
      'write each job after a dash; [] starts at once',
    );
    return [];
  }
  return node.items.flatMap((item) => readNeed(item, findings) ?? []);
}

function readNeed(node: CiNode, findings: Findings): CiNeed | undefined {
  if (node.kind !== 'map') {
    const job = readString(node, findings);
    return job === undefined ? undefined : { job, artifacts: true, optional: false, node };
  }
  const foreign = ['pipeline', 'project'].find((key) => node.entries.has(key));
  if (foreign !== undefined || node.entries.has('parallel')) {
    const what = foreign === undefined ? 'needs:parallel' : `needs:${foreign}`;
    findings.condition(
      node,
      `${what} is not supported by local runs: nothing waits for it or brings its artifacts`,
      'remove it, or run the job by name',
    );
    return undefined;
  }
  findings.onlyKeys(node, ['job', 'artifacts', 'optional']);
  const flag = (key: string): boolean | undefined => {
    const entry = getEntry(node, key);
    return entry === undefined ? undefined : readBoolean(entry, findings);
  };
  const jobNode = getEntry(node, 'job');
  if (jobNode === undefined) findings.error(node, 'this need has no job', 'add job:');
  const job = jobNode === undefined ? undefined : readString(jobNode, findings);
  const artifacts = flag('artifacts') ?? true;
  const optional = flag('optional') ?? false;
  return job === undefined ? undefined : { job, artifacts, optional, node };
}
