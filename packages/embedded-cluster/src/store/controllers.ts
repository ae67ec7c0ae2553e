import type { Clock } from '@millrace/core';
import { startClaimProtection } from './claim-protection.ts';
import { startClaims } from './claims.ts';
import { createDefaultRoles } from './default-roles.ts';
import { startDisruptionStatus } from './disruption-status.ts';
import { startEndpointSlices } from './endpoint-slices.ts';
import { startEventExpiry } from './event-expiry.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { startNamespaces } from './namespaces.ts';
import { createPriorityClasses } from './priority-classes.ts';
import { startQuotaStatus } from './quota.ts';
import { startScheduler } from './scheduler.ts';
import type { ObjectStore } from './store.ts';

/** What the controllers need. */
export interface ControllerOptions {
  readonly clock: Clock;
  /** PEM certificate for `kube-root-ca.crt`; empty when the server has no TLS. */
  readonly rootCertificate?: string;
}

/**
 * Fills an empty store with what every cluster starts with and starts everything that acts on changes besides the
 * kubelet: namespaces, garbage collection, scheduling, claims, endpoints, quotas, disruption budgets, expiry of events.
 * @returns the way to stop them all
 */
export function startControllers(store: ObjectStore, options: ControllerOptions): () => void {
  const { clock } = options;
  const stops = [
    startNamespaces(store, options),
    startGarbageCollector(store, clock),
    startScheduler(store, clock),
    startClaims(store),
    startClaimProtection(store),
    startEndpointSlices(store),
    startQuotaStatus(store),
    startDisruptionStatus(store, clock),
    startEventExpiry(store, clock),
  ];
  createDefaultRoles(store);
  createPriorityClasses(store);
  return () => {
    for (const stop of stops) stop();
  };
}
