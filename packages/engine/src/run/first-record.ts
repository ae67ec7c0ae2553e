import type { JobRecord, JobResult, Plan, PlannedManifest } from '@millrace/core';
import { entriesOf, entriesOfUnit, jobObjects } from './recorded-objects.ts';
import { newSeed } from './stage-nonce.ts';

/** What a first record says besides the plan. */
export interface FirstFacts {
  readonly runnerId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly app: Readonly<Record<string, unknown>>;
  /** The job has ended before anything was made. */
  readonly result?: JobResult;
}

/**
 * The record from which a job can be gone on with before its first call to the cluster. It lists the objects that are
 * made first, so that they need no writes of their own.
 */
export function firstRecord(plan: Plan, { runnerId, now, app, result }: FirstFacts): JobRecord {
  const bare = withoutReasons(plan);
  const first =
    result === undefined ? bare.units.filter(({ unit }) => unit.after.length === 0) : [];
  return {
    version: 1,
    jobId: plan.job.id,
    runnerId,
    plan: bare,
    seed: newSeed(),
    objects: [
      ...(result === undefined ? entriesOf(bare, jobObjects(bare)) : []),
      ...first.flatMap((planned) => entriesOfUnit(bare, planned, planned.unit.podName)),
    ],
    units: bare.units.map(({ unit: { id, podName } }) => ({
      id,
      podName,
      attempt: 1,
      begun: false,
      userCodeStarted: false,
      stages: [],
    })),
    receivedAt: now,
    deadline: now + plan.job.timeoutSeconds * 1000,
    ...(result === undefined ? {} : { result }),
    app,
  };
}

/** What is kept of a record that is too large: enough to end the job by name and to clean up. Pure. */
export function reducedRecord(record: JobRecord): JobRecord {
  const { plan } = record;
  return {
    ...record,
    reduced: true,
    plan: {
      ...plan,
      job: { ...plan.job, masks: [] },
      units: [],
      objects: [],
      preconditions: [],
      decisions: [],
      log: [],
    },
  };
}

/** What a run needs of a plan: who set what is for `explain`, and would make records several times as large. */
function withoutReasons(plan: Plan): Plan {
  const bare = (object: PlannedManifest): PlannedManifest => ({ ...object, provenance: {} });
  return {
    ...plan,
    decisions: [],
    units: plan.units.map((unit) => ({ ...unit, pod: bare(unit.pod) })),
    objects: plan.objects.map((planned) => ({ ...planned, object: bare(planned.object) })),
  };
}
