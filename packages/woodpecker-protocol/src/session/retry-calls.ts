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
  /** Milliseconds that one call may take with all its attempts; 0: for ever. */
  readonly budget: number;
  readonly isConnected: () => boolean;
}

/** How one call is retried. */
export interface RetriedCall {
  readonly name: string;
  /** Whether the attempt is not even made while there is no connection. */
  readonly needsConnection: boolean;
  readonly signal: AbortSignal;
}

/**
 * Makes a call until it is answered, refused for good, or its time is up.
 * @throws RunnerError `MILLRACE_E_WOODPECKER_LOST` (`connection to server lost`) when the time was up without a
 * connection, otherwise the last failure; the signal's reason when it aborts
 */
export async function retryCall<T>(
  ports: RetryPorts,
  { name, needsConnection, signal }: RetriedCall,
  attempt: () => Promise<T>,
): Promise<T> {
  const { clock, budget } = ports;
  const started = clock.monotonic();
  for (let pause = pauses.first; ; pause = nextPause(pause)) {
    signal.throwIfAborted();
    const failure = await tried(ports, { name, needsConnection }, attempt);
    if ('answer' in failure) return failure.answer;
    signal.throwIfAborted();
    if (!failure.again) throw failure.error;
    const wait = spread(pause, ports.random());
    const left = budget - (clock.monotonic() - started);
    if (budget > 0 && wait > left)
      throw failure.connected ? timeUp(name, failure.error) : lost(failure.error);
    await clock.sleep(wait, { signal });
  }
}

type Tried<T> =
  | { readonly answer: T }
  | { readonly error: Error; readonly again: boolean; readonly connected: boolean };

async function tried<T>(
  { isConnected, logger }: RetryPorts,
  { name, needsConnection }: Omit<RetriedCall, 'signal'>,
  attempt: () => Promise<T>,
): Promise<Tried<T>> {
  if (needsConnection && !isConnected()) {
    logger.warn(`grpc: ${name}() waiting for server connection...`);
    return { error: new Error('not connected'), again: true, connected: false };
  }
  try {
    return { answer: await attempt() };
  } catch (thrown) {
    const code = statusOf(thrown);
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (code === undefined) return { error, again: false, connected: true };
    const again = isRetried(code);
    if (again && !serverWords(error).includes('too_many_pings'))
      logger.warn(`grpc error: ${name}(): code: ${code}`, { error: serverWords(error) });
    return { error, again, connected: isConnected() };
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
