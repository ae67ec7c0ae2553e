import type { Logger } from '@millrace/core';
import type { Member } from './fleet.ts';
import { readJobMemory } from './job-memory.ts';
import { savedOffers } from './job-offer-file.ts';
import type { Slots } from './polling/slots.ts';
import { adoptJob, runJob, tellLostJob, type JobPlace } from './run-job.ts';

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
  const begin = (jobId: string, slot: number, work: () => Promise<void>): void => {
    const release = member.hold();
    slots.keep(member.id, slot);
    const job = work()
      .catch((failure: unknown) => {
        if (!place.leave.aborted)
          logger.error('A job of an earlier process could not be gone on with', {
            job: jobId,
            error: failure instanceof Error ? failure.message : String(failure),
          });
      })
      .then(async () => {
        slots.free(member.id, slot);
        await release();
        running.delete(job);
      });
    running.add(job);
  };
  for (const stored of records) {
    const { jobId, app } = stored.record;
    const memory = readJobMemory(app);
    if (memory === undefined) continue;
    logger.info('Going on with a job of an earlier process', { job: jobId });
    begin(jobId, memory.slots.runner, () => adoptJob(place, stored, memory));
  }
  const recorded = new Set(
    [...records.map(({ record }) => record), ...unreadable].map(({ jobId }) => jobId),
  );
  for (const [jobId, { offer, slots: taken }] of await savedOffers(place.logs)) {
    if (recorded.has(jobId)) continue;
    logger.info('Going on with a job that an earlier process has not begun', { job: jobId });
    begin(jobId, taken.runner, () => runJob(place, offer, taken));
  }
  for (const lost of unreadable) {
    const memory = readJobMemory(lost.app);
    if (memory === undefined) continue;
    begin(lost.jobId, memory.slots.runner, () => tellLostJob(place, lost, memory));
  }
}
