import type { KubeObject } from '@millrace/core';
import type { PlaceholderValues } from './placeholders.ts';
import type { UnitPorts } from './unit-ports.ts';

/** What a unit's placeholders stand for; the same in every process that makes its objects. */
export function startValues(
  { ledger, clock }: Pick<UnitPorts, 'ledger' | 'clock'>,
  unit: string,
  attempt: number,
): PlaceholderValues {
  const { begunAt = clock.now(), standing = 'success' } = ledger.unit(unit);
  return {
    attempt,
    startedAt: begunAt,
    jobStartedAt: ledger.record.receivedAt,
    status: standing,
    pods: new Map<string, KubeObject>(),
  };
}
