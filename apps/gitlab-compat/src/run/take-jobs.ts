import type { Clock, Logger } from '@millrace/core';
import { type JobOffer, projectSlotKey, type Slots } from '@millrace/gitlab-protocol';
import type { GlobalSettings } from '../config/config-file.ts';
import type { Fleet, Member } from './fleet.ts';
import { projectOf, type JobSlots } from './job-memory.ts';

/** A job that a server gave, with its numbers. */
export interface TakenJob {
  readonly offer: JobOffer;
  readonly slots: JobSlots;
}

/** What taking jobs needs. */
export interface TakeJobsOptions {
  readonly fleet: Fleet;
  readonly global: () => Pick<GlobalSettings, 'concurrent' | 'checkInterval'>;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Runs a job; never rejects. */
  readonly run: (member: Member, taken: TakenJob) => Promise<void>;
  /** Jobs that run; those of an earlier process count too. */
  readonly running: Set<Promise<void>>;
  /** No more jobs; a request under way is given up. */
  readonly stop: AbortSignal;
}

/**
 * Asks the runners for jobs in turn, each once in every check interval, as long as there is a free worker. A runner that
 * got a job is asked again at once. Resolves when it was told to stop and no request is under way; the jobs go on.
 */
export async function takeJobs(options: TakeJobsOptions): Promise<void> {
  const { fleet, global, clock, slots, stop, running } = options;
  /** Requests under way, by runner. */
  const asking = new Map<string, number>();
  const asks = new Set<Promise<void>>();
  const busy = (): number =>
    running.size + [...asking.values()].reduce((sum, count) => sum + count, 0);

  const begin = (member: Member, offer: JobOffer, release: () => Promise<void>): void => {
    const { id } = member;
    const project = projectSlotKey(id, projectOf(offer.payload));
    const taken = { runner: slots.take(id), project: slots.take(project) };
    const work = async (): Promise<void> => {
      await options.run(member, { offer, slots: taken });
      slots.free(id, taken.runner);
      slots.free(project, taken.project);
      await release();
    };
    const job = work().finally(() => running.delete(job));
    running.add(job);
  };

  const askOnce = async (member: Member): Promise<void> => {
    const { id } = member;
    // A new configuration must not close the connection on which a job may come.
    const release = member.hold();
    asking.set(id, (asking.get(id) ?? 0) + 1);
    const offer = await request(options, member);
    asking.set(id, (asking.get(id) ?? 1) - 1);
    if (offer === undefined) return release();
    begin(member, offer, release);
    if (member.runner.poll.strictCheckInterval) return;
    // As many workers ask on as the runner allows by now.
    while (ask(member));
  };

  /** @returns whether a request was begun */
  const ask = (member: Member): boolean => {
    if (stop.aborted || busy() >= global().concurrent || !mayAsk(options, member, asking))
      return false;
    const asked = askOnce(member).finally(() => asks.delete(asked));
    asks.add(asked);
    return true;
  };

  while (!stop.aborted) {
    const members = fleet.members();
    for (const member of members) {
      ask(member);
      await rest(clock, global().checkInterval / members.length, stop);
    }
    if (members.length === 0) await rest(clock, global().checkInterval, stop);
  }
  await Promise.all(asks);
}

function mayAsk(
  { slots, logger }: TakeJobsOptions,
  { id, runner, health, concurrency }: Member,
  asking: ReadonlyMap<string, number>,
): boolean {
  const verdict = health.verdict();
  if (verdict.may === 'wait') return false;
  if (verdict.may === 'be forced')
    logger.warn(
      `Runner "${runner.url}${runner.shortToken}" is not healthy, but check for a new job will be forced!`,
    );
  const requests = asking.get(id) ?? 0;
  const { limit } = runner.poll;
  if (limit > 0 && slots.taken(id) + requests >= limit) return false;
  return requests < concurrency.allowed();
}

async function request(
  { logger, stop }: TakeJobsOptions,
  { runner, health, concurrency }: Member,
): Promise<JobOffer | undefined> {
  try {
    const outcome = await runner.client.requestJob({ signal: stop });
    concurrency.note({ retried: outcome.kind === 'rate_limited', gotJob: outcome.kind === 'job' });
    if (outcome.healthy) health.healthy();
    else if (health.unhealthy())
      logger.error(
        `Runner "${runner.url}${runner.shortToken}" is unhealthy and will be disabled for ${runner.poll.unhealthyInterval / 1000} seconds!`,
      );
    return outcome.kind === 'job' ? outcome.job : undefined;
  } catch (failure) {
    if (!stop.aborted)
      logger.warn('Failed to process runner', {
        error: failure instanceof Error ? failure.message : String(failure),
      });
    return undefined;
  }
}

const rest = (clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> =>
  clock.sleep(milliseconds, { signal }).catch(() => undefined);
