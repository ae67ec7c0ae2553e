import { linkSignals } from '@millrace/async';
import { isRunnerError, type KubeObject, type Unit } from '@millrace/core';
import { mayHaveRoomLater } from './quota-room.ts';
import type { UnitPorts } from './unit-ports.ts';

/** How long a new namespace may be without its service account, and how often that is tried, in milliseconds. */
const [accountPatience, accountPause] = [10_000, 500];

/**
 * Creates a unit's pod. While a quota of the namespace has no room because of other pods, it is tried again, for as long
 * as the pod may take to start: the API tells nobody when room comes. So it is for a moment while a namespace that was
 * just made has no default service account yet.
 * @throws the last refusal, which names the quota
 */
export async function createWhenRoom(
  ports: UnitPorts,
  { unit, podName }: { readonly unit: Unit; readonly podName: string },
  create: () => Promise<KubeObject>,
): Promise<KubeObject> {
  const { clock, limits, plan } = ports;
  const { startTimeoutSeconds = Number.POSITIVE_INFINITY } = unit;
  const begun = clock.monotonic();
  const until = begun + startTimeoutSeconds * 1000;
  const linked = linkSignals(ports.stop, ports.cancel);
  try {
    for (;;) {
      try {
        return await create();
      } catch (failure) {
        if (isNewNamespace(failure) && clock.monotonic() - begun < accountPatience) {
          await clock.sleep(accountPause, linked);
          continue;
        }
        const note = quotaNote(failure);
        if (note === undefined || clock.monotonic() + limits.waitingRepeat > until) throw failure;
        await ports.emit({
          type: 'unit-waiting',
          unit,
          podName,
          note,
          namespace: plan.job.namespace,
          node: undefined,
          phase: 'Pending',
        });
        await clock.sleep(limits.waitingRepeat, linked);
      }
    }
  } finally {
    linked.dispose();
  }
}

/** Source: Kubernetes `plugin/pkg/admission/serviceaccount/admission.go` (the sentence). */
const isNewNamespace = (failure: unknown): boolean =>
  isRunnerError(failure) &&
  failure.reason === 'api_forbidden' &&
  failure.message.includes('/default: serviceaccount "default" not found');

/** The quota's own sentence, if waiting may help. */
function quotaNote(failure: unknown): string | undefined {
  if (!isRunnerError(failure) || failure.reason !== 'quota_exceeded') return undefined;
  if (!mayHaveRoomLater(failure.message)) return undefined;
  const words = /exceeded quota: .*?limited: \S+/.exec(failure.message)?.[0];
  return `QuotaExceeded: "${words ?? failure.message}"`;
}
