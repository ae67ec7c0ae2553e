import {
  toRunnerError,
  type JobResult,
  type Plan,
  type StoredRecord,
  type UnreadableRecord,
} from '@millrace/core';
import { makePlan, type Remains, type RunResult } from '@millrace/engine';
import { judgeConfirmation } from '@millrace/gitlab-protocol';
import { memoryOfOffer, type JobMemory } from './job-memory.ts';
import { removeOffer, saveOffer, type SavedOffer } from './job-offer-file.ts';
import { jobFolder, openLog, recordName, type JobPlace } from './job-place.ts';
import { forgetJob, keepLeftovers, reportJob } from './report-job.ts';

/** Takes a job that the server offers, runs it, and tells its result until the server has it. */
export async function runJob(place: JobPlace, saved: SavedOffer): Promise<void> {
  const { runner } = place;
  const { offer, slots } = saved;
  const { id, token } = offer;
  const folder = jobFolder(place, id);
  // From here on the job is ours: a process that starts anew finds it, with a record or without one.
  await saveOffer(folder, saved);
  const confirmed = await runner.client.updateJob(
    { id, token },
    { state: 'running' },
    { signal: place.leave },
  );
  const verdict = judgeConfirmation(confirmed);
  if (verdict === 'drop') {
    await removeOffer(folder);
    return;
  }
  const bare = memoryOfOffer(offer, slots, runner.poll);
  const planned = saved.result ?? (await planOf(place, saved));
  if ('outcome' in planned) {
    // It stays so, whatever becomes of the process before it is told.
    await saveOffer(folder, { ...saved, result: planned });
    return tellEnded(place, bare, () => Promise.resolve(planned));
  }
  const { masks, timeoutSeconds } = planned.job;
  const memory: JobMemory = { ...bare, masks, timeoutSeconds };
  const log = await openLog(place, memory);
  await reportJob(
    place,
    {
      memory,
      log,
      run: (signals) =>
        runner.executor.run({
          generation: runner.generation,
          plan: planned,
          app: { gitlab: memory },
          emit: log.emit,
          persist: log.persist,
          ...signals,
        }),
    },
    { canceled: verdict === 'cancel' },
  );
}

/** Goes on with a job of an earlier process. */
export async function adoptJob(
  place: JobPlace,
  record: StoredRecord,
  memory: JobMemory,
): Promise<void> {
  const { runner } = place;
  const log = await openLog(place, memory);
  await reportJob(place, {
    memory,
    log,
    run: (signals) =>
      runner.executor.adopt({
        generation: runner.generation,
        record,
        taken: log.taken,
        again: log.again,
        emit: log.emit,
        persist: log.persist,
        ...signals,
      }),
  });
}

/** Ends a job of an earlier process whose record cannot be used, and tells so. */
export function tellLostJob(
  place: JobPlace,
  lost: UnreadableRecord,
  memory: JobMemory,
): Promise<void> {
  return tellEnded(place, memory, async (trouble) => {
    const { result, leftovers } = await place.runner.executor.giveUp(lost);
    for (const { object, message } of leftovers)
      await trouble(`Error cleaning up ${object}: ${message}`);
    return leftovers.length === 0 ? result : { ...result, leftovers };
  });
}

/** Removes what is left of a job whose result is told. */
export async function finishJob(place: JobPlace, remains: Remains): Promise<void> {
  const leftovers = await place.runner.executor.remove(remains);
  const id = Number(remains.jobId);
  if (leftovers.length === 0) await forgetJob(place, id);
  else await keepLeftovers(place, id, leftovers);
}

/** Tells of a job that never came to a run of its plan. */
async function tellEnded(
  place: JobPlace,
  memory: JobMemory,
  end: (trouble: (message: string) => Promise<void>) => Promise<RunResult>,
): Promise<void> {
  const log = await openLog(place, memory);
  await reportJob(place, {
    memory,
    log,
    run: async () => {
      const result = await end((message) => log.emit({ type: 'trouble', message }));
      await log.emit({ type: 'finished', result });
      return result;
    },
  });
}

/** The plan of a job, or how it ends where none can be made: the cluster does not answer, the payload makes no sense. */
async function planOf(
  { runner, clock, newSeed, leave }: JobPlace,
  { offer, slots }: SavedOffer,
): Promise<JobResult | Plan> {
  const { id, payload, correlationId } = offer;
  const job = recordName(id);
  try {
    return await runner.facts.plan(
      (facts) =>
        makePlan(
          runner.generation,
          {
            id: job,
            payload,
            correlationId,
            runner: { ...runner.identity, slot: slots.runner, projectSlot: slots.project },
          },
          { facts, seed: newSeed(), now: clock.now() },
        ),
      { signal: leave },
    );
  } catch (thrown) {
    leave.throwIfAborted();
    const { reason, message, hint } = toRunnerError(thrown);
    const outcome = { kind: 'failure', reason, message } as const;
    return { job, outcome: hint === undefined ? outcome : { ...outcome, hint }, units: [] };
  }
}
