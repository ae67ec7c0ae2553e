import { RunnerError, type Clock, type Logger } from '@millrace/core';
import { isRetried, serverWords, statusOf } from '../transport/call-error.ts';

/** The waits between two attempts: 10 ms, half as long again each time, up to 10 s, each half to one and a half of that. */
const pauses = { first: 10, factor: 1.5, longest: 10_000, spread: 0.5 };

/** What retrying needs. */
export interface RetryPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Milliseconds for which a call that fails is made again; 0: for ever. */
  readonly budget: number;
  readonly isConnected: () => boolean;
}

/** How one call is retried. */
export interface RetriedCall {
  readonly name: string;
  /** Whether the attempt is not even made while there is no connection. */
  readonly needsConnection: boolean;
  /** Whether a server holds the call until there is news. */
  readonly isHeld?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Makes a call until it is answered, refused for good, or its time is up.
 * @throws RunnerError `MILLRACE_E_WOODPECKER_LOST` (`connection to server lost`) when the time was up without a
 * connection, otherwise the last failure; the signal's reason when it aborts
 */
export async function retryCall<T>(
  ports: RetryPorts,
  { name, needsConnection, isHeld = false, signal }: RetriedCall,
  attempt: () => Promise<T>,
): Promise<T> {
  const { clock, budget } = ports;
  // A call may be held for as long as nothing happens: its time begins when it fails for the first time.
  let started: number | undefined;
  for (let pause = pauses.first; ; pause = nextPause(pause)) {
    signal.throwIfAborted();
    const failure = await tried(ports, { name, needsConnection }, attempt);
    if ('answer' in failure) return failure.answer;
    signal.throwIfAborted();
    if (!failure.again) throw failure.error;
    const wait = spread(pause, ports.random());
    const now = clock.monotonic();
    started = isHeld && failure.held ? now : (started ?? now);
    const left = budget - (now - started);
    if (budget > 0 && wait > left)
      throw failure.connected ? timeUp(name, failure.error) : lost(failure.error);
    await clock.sleep(wait, { signal });
  }
}

type Tried<T> =
  | { readonly answer: T }
  | {
      readonly error: Error;
      readonly again: boolean;
      readonly connected: boolean;
      /** The server had the call for a while before it failed, so it was there meanwhile. */
      readonly held: boolean;
    };

/** So long a call that fails was not refused: it was held. */
const heldFor = 5_000;

async function tried<T>(
  { isConnected, logger, clock }: RetryPorts,
  { name, needsConnection }: Pick<RetriedCall, 'name' | 'needsConnection'>,
  attempt: () => Promise<T>,
): Promise<Tried<T>> {
  if (needsConnection && !isConnected()) {
    logger.warn(`grpc: ${name}() waiting for server connection...`);
    return { error: new Error('not connected'), again: true, connected: false, held: false };
  }
  const sent = clock.monotonic();
  try {
    return { answer: await attempt() };
  } catch (thrown) {
    const code = statusOf(thrown);
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const held = clock.monotonic() - sent >= heldFor;
    if (code === undefined) return { error, again: false, connected: true, held };
    const again = isRetried(code);
    if (again && !serverWords(error).includes('too_many_pings'))
      logger.warn(`grpc error: ${name}(): code: ${code}`, { error: serverWords(error) });
    return { error, again, connected: isConnected(), held };
  }
}

/** Pure. */
export const nextPause = (pause: number): number => Math.min(pauses.longest, pause * pauses.factor);
/** Pure; `random` in [0, 1). */
export const spread = (pause: number, random: number): number =>
  pause * (1 - pauses.spread + 2 * pauses.spread * random);

const timeUp = (name: string, last: Error): RunnerError =>
  new RunnerError(
    `${name}: backoff: maximum elapsed time exceeded (last error: ${serverWords(last)})`,
    {
      code: 'MILLRACE_E_WOODPECKER_RETRIES',
      kind: 'system',
      hint: 'raise WOODPECKER_RETRY_TIMEOUT, or look at the server’s log',
      cause: last,
    },
  );

const lost = (last: Error): RunnerError =>
  new RunnerError('connection to server lost', {
    code: 'MILLRACE_E_WOODPECKER_LOST',
    kind: 'system',
    hint: 'check that the server runs and can be reached from the agent',
    cause: last,
  });
