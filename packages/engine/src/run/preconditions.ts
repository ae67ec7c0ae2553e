import { RunnerError, type Precondition } from '@millrace/core';
import type { UnitPorts } from './unit-ports.ts';

/**
 * Looks for the objects that must exist before anything is created.
 * @throws RunnerError with the precondition's own words when one is still missing after the last look
 */
export async function checkPreconditions(
  ports: UnitPorts,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  for (const precondition of ports.plan.preconditions) await look(ports, precondition, options);
}

async function look(
  { api, clock }: UnitPorts,
  { type, namespace, name, attempts, interval, refusal }: Precondition,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  for (let left = attempts; ; left -= 1) {
    try {
      await api.get({ type, namespace, name }, { signal });
      return;
    } catch (failure) {
      signal.throwIfAborted();
      if (left <= 1)
        throw new RunnerError(refusal.text, {
          code: 'MILLRACE_E_PRECONDITION',
          kind: 'system',
          reason: refusal.reason ?? 'api_not_found',
          cause: failure,
        });
    }
    await clock.sleep(interval, { signal });
  }
}
