import type { Clock, Logger } from '@millrace/core';
import type { JobOffer } from '@millrace/gitlab-protocol';
import type { GlobalSettings } from '../config/config-file.ts';
import type { Fleet, Member } from './fleet.ts';
import type { Slots } from './polling/slots.ts';

/** What taking jobs needs. */
export interface TakeJobsOptions {
  readonly fleet: Fleet;
  readonly global: () => Pick<GlobalSettings, 'concurrent' | 'checkInterval'>;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Runs a job in a slot of its runner; never rejects. */
  readonly run: (member: Member, offer: JobOffer, slot: number) => Promise<void>;
  /** Jobs of an earlier process that count among the running ones. */
  readonly running: Set<Promise<void>>;
  /** No more jobs; a request under way is given up. */
  readonly stop: AbortSignal;
}

/**
 * Asks the runners for jobs in turn, each once in every check interval, as long as there is a free worker. A runner that
 * got a job is asked again at once. Resolves when it was told to stop; the jobs go on.
 */
export async function takeJobs(options: TakeJobsOptions): Promise<void> {
  const { fleet, global, clock, stop, running } = options;
  const asking = new Map<string, number>();
  const busy = (): number =>
    running.size + [...asking.values()].reduce((sum, count) => sum + count, 0);

  const ask = async (member: Member): Promise<void> => {
    const { id } = member;
    while (!stop.aborted && busy() < global().concurrent && mayAsk(options, member, asking)) {
      asking.set(id, (asking.get(id) ?? 0) + 1);
      const offer = await request(options, member).finally(() =>
        asking.set(id, (asking.get(id) ?? 1) - 1),
      );
      if (offer === undefined) return;
      const slot = options.slots.take(id);
      const job = options.run(member, offer, slot).finally(() => {
        options.slots.free(id, slot);
        running.delete(job);
      });
      running.add(job);
      if (member.runner.poll.strictCheckInterval) return;
      // Another worker asks on beside this one, as far as the runner allows it.
      void ask(member);
    }
  };

  while (!stop.aborted) {
    const members = fleet.members();
    for (const member of members) {
      void ask(member);
      await rest(clock, global().checkInterval / members.length, stop);
    }
    if (members.length === 0) await rest(clock, global().checkInterval, stop);
  }
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
