import type { KubeApi } from '@millrace/core';
import type { ConnectionFacts } from './credentials/connection-facts.ts';
import { credentialError } from './credentials/credential-error.ts';
import { createExecCall } from './exec/exec-call.ts';
import { createLogCall } from './logs/log-call.ts';
import { createApiClient } from './transport/api-client.ts';
import type { RequestCounts } from './transport/counters.ts';
import { createObjectCalls } from './transport/object-calls.ts';
import type { ConnectOptions } from './transport/settings.ts';
import { createWatchRegistry } from './watch/watch-registry.ts';

/** {@link KubeApi} over one set of sockets. */
export interface KubeConnection extends KubeApi {
  /** How often the server was asked so far. */
  readonly requests: () => RequestCounts;
  /** Ends feeds and sockets; calls under way fail. */
  readonly close: () => Promise<void>;
}

/**
 * Access to one API server as one identity. Opens no socket before the first call.
 * @throws RunnerError `MILLRACE_E_KUBE_CREDENTIALS` when the facts ask for what is not supported
 * @example
 * const facts = await resolveConnection({ kind: 'auto', env: process.env }, { signal });
 * const api = connect(facts, { userAgent: 'millrace/0.1', clock, logger });
 * try { await api.version({ signal }); } finally { await api.close(); }
 */
export function connect(facts: ConnectionFacts, options: ConnectOptions): KubeConnection {
  refuseProxy(facts);
  const client = createApiClient(facts, options);
  const { listPages, ...calls } = createObjectCalls(client);
  const feeds = createWatchRegistry(client, { listPages, get: calls.get });
  return {
    ...calls,
    watch: feeds.watch,
    exec: createExecCall(client),
    logs: createLogCall(client),
    requests: client.counters.snapshot,
    close: async () => {
      feeds.close();
      await client.close();
    },
  };
}

function refuseProxy({ proxyUrl, source }: ConnectionFacts): void {
  if (proxyUrl === undefined) return;
  throw credentialError(`${source}: proxy-url is not supported`, {
    blame: 'proxy-url',
    hint: 'Give an address of the API server that can be reached without a proxy.',
  });
}
