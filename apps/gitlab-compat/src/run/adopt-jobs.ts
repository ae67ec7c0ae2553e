import type { Logger, StoredRecord } from '@millrace/core';
import type { Remains } from '@millrace/engine';
import { projectSlotKey, type Slots } from '@millrace/gitlab-protocol';
import type { Member } from './fleet.ts';
import { memoryOfOffer, readJobMemory, type JobSlots } from './job-memory.ts';
import { savedOffers } from './job-offer-file.ts';
import type { JobPlace } from './job-place.ts';
import { adoptJob, finishJob, runJob, tellLostJob } from './run-job.ts';

/** Where adopted jobs are counted. */
export interface AdoptionBooks {
  readonly slots: Slots;
  readonly running: Set<Promise<void>>;
  readonly logger: Logger;
}

/** Goes on with the jobs that an earlier process of this runner has left. Returns when all are under way. */
export async function adoptJobs(
  member: Member,
  place: JobPlace,
  { slots, running, logger }: AdoptionBooks,
): Promise<void> {
  const { records, unreadable } = await member.store.list({ signal: place.leave });
  const { offers, told } = await savedOffers(place.logs, (job, why) =>
    logger.error('A job of an earlier process is lost: its offer cannot be read', {
      job,
      folder: place.logs,
      error: why,
    }),
  );
  /** Works on a job beside the others; never rejects. */
  const work = (jobId: string, what: () => Promise<void>, after?: () => void): void => {
    const release = member.hold();
    const job = what()
      .catch((failure: unknown) => {
        if (!place.leave.aborted)
          logger.error('A job of an earlier process could not be gone on with', {
            job: jobId,
            error: failure instanceof Error ? failure.message : String(failure),
          });
      })
      .then(async () => {
        after?.();
        await release();
        running.delete(job);
      });
    running.add(job);
  };
  const begin = (
    jobId: string,
    { taken, projectId }: { readonly taken: JobSlots; readonly projectId: number },
    what: () => Promise<void>,
  ): void => {
    const project = projectSlotKey(member.id, projectId);
    slots.keep(member.id, taken.runner);
    slots.keep(project, taken.project);
    work(jobId, what, () => {
      slots.free(member.id, taken.runner);
      slots.free(project, taken.project);
    });
  };
  const remains = new Map(
    [...records.map(remainsOf), ...unreadable].map((each) => [each.jobId, each]),
  );
  for (const jobId of told)
    work(jobId, () => finishJob(place, remains.get(jobId) ?? { jobId, objects: [] }));
  for (const stored of records) {
    const { jobId, app } = stored.record;
    const memory = readJobMemory(app);
    if (memory === undefined || told.has(jobId)) continue;
    logger.info('Going on with a job of an earlier process', { job: jobId });
    const counted = { taken: memory.slots, projectId: memory.projectId };
    begin(jobId, counted, () => adoptJob(place, stored, memory));
  }
  for (const lost of unreadable) {
    const { jobId } = lost;
    const saved = offers.get(jobId);
    const memory =
      readJobMemory(lost.app) ??
      (saved && memoryOfOffer(saved.offer, saved.slots, member.runner.poll));
    if (memory === undefined || told.has(jobId)) continue;
    logger.error(`Cannot go on with a job of an earlier process: ${lost.error.message}`, {
      job: jobId,
    });
    const counted = { taken: memory.slots, projectId: memory.projectId };
    begin(jobId, counted, () => tellLostJob(place, lost, memory));
  }
  const recorded = new Set(
    [...records.map(({ record }) => record), ...unreadable].map(({ jobId }) => jobId),
  );
  for (const [jobId, saved] of offers) {
    if (recorded.has(jobId)) continue;
    logger.info('Going on with a job that an earlier process has not begun', { job: jobId });
    const { projectId } = memoryOfOffer(saved.offer, saved.slots, member.runner.poll);
    begin(jobId, { taken: saved.slots, projectId }, () => runJob(place, saved));
  }
}

/** What a job may have left on the cluster. */
function remainsOf({ record: { jobId, objects, plan } }: StoredRecord): Remains {
  const { credential } = plan.job;
  return { jobId, objects, ...(credential === undefined ? {} : { credential }) };
}
