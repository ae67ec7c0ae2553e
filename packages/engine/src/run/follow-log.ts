import { raceSignal } from '@millrace/async';
import type { RunnerError } from '@millrace/core';
import { LogReader, type LogPorts, type LogSubject } from './log-reader.ts';
import { endsWithin } from './watch-container.ts';

/**
 * Hands a container's log on as `output` events, from where it was taken to its end; a slow taker slows the reading down.
 * A clean end of the stream is believed when the container has ended by then, or ends right after it; else it was
 * something between the kubelet and us, and reading goes on behind the last line. What cannot be had is told in the log,
 * and changes no result. Once the container has ended, reading comes to an end in bounded time.
 * @throws only the signal's reason
 */
export async function followLog(
  ports: LogPorts,
  subject: LogSubject,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const { clock, limits } = ports;
  const { container, ended } = subject;
  const reader = new LogReader(ports, subject);
  let endedAt: number | undefined;
  const noted = ended.then(() => void (endedAt = clock.monotonic()));
  const isLate = (): boolean =>
    endedAt !== undefined &&
    clock.monotonic() - Math.max(endedAt, reader.progressAt) >= limits.logPatience;
  let follow = true;
  for (;;) {
    const reading = await reader.read(follow, signal);
    signal.throwIfAborted();
    if (reading.how === 'ended') {
      if (endedAt !== undefined || (await endsWithin(ports, noted, limits.logEndLag, signal)))
        return reader.finish();
      continue;
    }
    if (reading.how === 'silent') {
      // A follow that never ends; what there is can still be read without following.
      if (!follow) return reader.sayLost('its end did not come');
      follow = false;
      continue;
    }
    const { error } = reading;
    if (endedAt === undefined && !isPassing(error)) await raceSignal(noted, signal);
    else if (!isPassing(error) || isLate())
      return reader.sayLost(
        `the log of container ${container} could not be read: ${error.message}`,
      );
    else if (endedAt === undefined) await endsWithin(ports, noted, limits.lookAgain, signal);
    else await clock.sleep(limits.lookAgain, { signal });
  }
}

/** What may be otherwise the next time; a kubelet may know of a container's start a moment after the API server. */
const isPassing = ({ retry, reason }: RunnerError): boolean =>
  retry === 'operation' || reason === 'container_not_started';
