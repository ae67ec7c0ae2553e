import type { AgentPlace } from './agent-place.ts';
import { runWorkflow } from './run-workflow.ts';
import { isServerLost, wordsOf } from './workflow-app.ts';

/** How long an agent waits after something went wrong before it asks for work again. */
const pauseAfterFailure = 5_000;

/** How the slots work. */
export interface SlotsOptions {
  readonly count: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Ends after the first workflow. */
  readonly single: boolean;
  /** Workflows of an earlier process, as work to do; each takes a slot until it is over. */
  readonly left: readonly (() => Promise<void>)[];
}

/** Runs workflows, so many at a time, until the agent ends or the server is lost. */
export async function runSlots(place: AgentPlace, options: SlotsOptions): Promise<void> {
  const ended = new AbortController();
  const { logger } = place;
  const left = [...options.left];
  const slot = async (): Promise<void> => {
    for (let goOn = left.shift(); goOn !== undefined; goOn = left.shift()) {
      try {
        await goOn();
      } catch (failure) {
        tell(place, failure);
        // Nobody else goes on with it: the next process asks again.
        if (!isServerLost(failure)) continue;
        logger.error('connection to server lost, shutting down agent');
        left.length = 0;
        ended.abort();
      }
    }
    while (!ended.signal.aborted && !place.interrupt.aborted) {
      const verdict = await once(place, options.labels, ended.signal);
      if (verdict === 'end' || (verdict === 'ran' && options.single)) ended.abort();
    }
  };
  await Promise.all(Array.from({ length: options.count }, slot));
}

async function once(
  place: AgentPlace,
  labels: Readonly<Record<string, string>>,
  ended: AbortSignal,
): Promise<'ran' | 'nothing' | 'end'> {
  const { server, clock, logger, interrupt } = place;
  const signal = AbortSignal.any([interrupt, ended]);
  try {
    const offer = await server.next(labels, { signal });
    if (offer === undefined) return 'nothing';
    logger.info('received execution', { workflow: offer.id });
    await runWorkflow(place, offer);
    return 'ran';
  } catch (failure) {
    if (signal.aborted) return 'end';
    if (isServerLost(failure)) {
      logger.error('connection to server lost, shutting down agent');
      return 'end';
    }
    tell(place, failure);
    await clock.sleep(pauseAfterFailure, { signal }).catch(() => undefined);
    return 'nothing';
  }
}

const tell = ({ logger, interrupt }: AgentPlace, failure: unknown): void => {
  if (!interrupt.aborted)
    logger.error('runner error, retrying...', {
      error: wordsOf(failure),
    });
};
