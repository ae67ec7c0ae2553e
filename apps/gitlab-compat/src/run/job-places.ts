import { randomInt } from 'node:crypto';
import { Semaphore } from '@millrace/async';
import type { Clock, Logger } from '@millrace/core';
import type { Member } from './fleet.ts';
import type { JobPlace } from './job-place.ts';
import type { RunSignals } from './run-signals.ts';

/** Pieces of logs of 1 MiB that may lie in memory at once. */
const mostPieces = 16;

/** Where the jobs of each runner of a process run. */
export function createPlaces(
  clock: Clock,
  logger: Logger,
  { interrupt, leave }: Pick<RunSignals, 'interrupt' | 'leave'>,
): (member: Member) => JobPlace {
  const uploads = new Semaphore(mostPieces);
  return (member) => ({
    ...member,
    clock,
    logger: logger.child({ runner: member.runner.name }),
    newSeed: () => randomInt(2 ** 31),
    uploads,
    interrupt,
    leave,
  });
}
