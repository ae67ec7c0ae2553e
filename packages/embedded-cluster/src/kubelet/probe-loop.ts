import { withDeadline } from '@millrace/async';
import { isRunnerError, type Clock } from '@millrace/core';
import type { HandlerResult } from './run-handler.ts';
import type { Probe } from './pod-types.ts';

/** What a probe loop tells. */
export interface ProbeListener {
  /** The verdict after the thresholds; called only when it changes, and for the first time it is reached. */
  readonly verdict: (healthy: boolean) => void;
  /** One attempt that failed. */
  readonly failed: (output: string) => void;
}

/** Probes until the signal aborts. @param attempt - one try; its signal aborts after the probe's timeout */
export async function probeLoop(
  clock: Clock,
  probe: Probe,
  attempt: (signal: AbortSignal) => Promise<HandlerResult>,
  listener: ProbeListener,
  signal: AbortSignal,
): Promise<void> {
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  const needed = { true: probe.successThreshold ?? 1, false: probe.failureThreshold ?? 3 };
  let last: boolean | undefined;
  let inARow = 0;
  let verdict: boolean | undefined;
  try {
    await clock.sleep((probe.initialDelaySeconds ?? 0) * 1000, { signal });
    for (;;) {
      const { ok, output } = await oneAttempt(clock, timeout, attempt, signal);
      signal.throwIfAborted();
      if (!ok) listener.failed(output);
      inARow = ok === last ? inARow + 1 : 1;
      last = ok;
      if (inARow >= needed[`${ok}`] && verdict !== ok) {
        verdict = ok;
        listener.verdict(ok);
      }
      await clock.sleep((probe.periodSeconds ?? 10) * 1000, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function oneAttempt(
  clock: Clock,
  timeout: number,
  attempt: (signal: AbortSignal) => Promise<HandlerResult>,
  signal: AbortSignal,
): Promise<HandlerResult> {
  try {
    return await withDeadline(clock, timeout, signal, attempt);
  } catch (error) {
    if (isRunnerError(error) && error.kind === 'timeout')
      return { ok: false, output: `command timed out after ${timeout / 1000}s` };
    return { ok: false, output: error instanceof Error ? error.message : String(error) };
  }
}
