import { RunnerError } from '@millrace/core';
import { isClosedPipe } from './closed-pipe.ts';
import type { Host } from './host.ts';

/** How a user ends a command: politely, then at once. */
export interface Interruption {
  readonly cancel: AbortSignal;
  readonly abort: AbortSignal;
}

/**
 * Runs a command that the first SIGINT, SIGTERM or SIGHUP cancels and the second aborts; the third ends the process. Output
 * that nobody reads any more (`| head`) cancels too.
 * @param first - what to say at the first one; undefined: nothing is said, for programs that log
 */
export async function interruptible<T>(
  host: Host,
  first: string | undefined,
  work: (signals: Interruption) => Promise<T>,
): Promise<T> {
  const cancel = new AbortController();
  const abort = new AbortController();
  const say = (words: string | undefined): void => {
    if (words !== undefined) host.stderr.write(`\n${words}\n`);
  };
  let count = 0;
  const onSignal = (): void => {
    count += 1;
    const reason = canceled('canceled');
    if (count === 1) {
      say(first);
      cancel.abort(reason);
    } else if (count === 2) {
      say(first === undefined ? undefined : 'forcing the end');
      abort.abort(reason);
    } else host.exit(130);
  };
  const onOutputError = (error: Error): void => {
    if (isClosedPipe(error)) cancel.abort(canceled('nobody reads the output any more'));
  };
  for (const name of endings) host.on(name, onSignal);
  host.stdout.on('error', onOutputError);
  try {
    return await work({ cancel: cancel.signal, abort: abort.signal });
  } finally {
    for (const name of endings) host.off(name, onSignal);
    host.stdout.off('error', onOutputError);
  }
}

const canceled = (message: string): RunnerError =>
  new RunnerError(message, { code: 'MILLRACE_E_CANCELED', kind: 'canceled' });

/** SIGHUP is a terminal that was closed. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
