import type { Pool } from 'undici';
import type { ConnectionFacts } from '../credentials/connection-facts.ts';
import { tlsOptions } from './tls-options.ts';
import { openPool } from './undici-pool.ts';

/** The two kinds of sockets of one connection: few for requests, one each for streams. */
export interface Sockets {
  readonly requests: Pool;
  readonly streams: Pool;
  readonly close: () => Promise<void>;
  readonly destroy: () => Promise<void>;
}

/**
 * Opens nothing yet. HTTP/2 is off, on purpose: with it every watch, log and call of a runner would share one TCP
 * connection, so that one lost packet stalls all of them and one reset ends all; exec needs HTTP/1.1 in any case, and
 * four sockets carry more calls than a job load makes. undici 8 would turn it on by default.
 */
function openSockets(facts: ConnectionFacts, limits: { readonly requestSockets: number }): Sockets {
  const origin = new URL(facts.server).origin;
  const common = {
    allowH2: false,
    pipelining: 1,
    // Times are kept by our own clock, per call.
    headersTimeout: 0,
    bodyTimeout: 0,
    // Go servers close idle connections after 90 s, some load balancers after 60.
    keepAliveTimeout: 30_000,
    connect: { ...tlsOptions(facts), keepAlive: true, keepAliveInitialDelay: 30_000 },
  };
  const requests = openPool(origin, { ...common, connections: limits.requestSockets });
  const streams = openPool(origin, { ...common, keepAliveTimeout: 1_000 });
  const both = [requests, streams];
  return {
    requests,
    streams,
    close: async () => void (await Promise.all(both.map((pool) => pool.close()))),
    destroy: async () => void (await Promise.all(both.map((pool) => pool.destroy()))),
  };
}

/** The sockets for the facts of the moment. */
export interface SocketSource {
  readonly of: (facts: ConnectionFacts) => Sockets;
  readonly destroy: () => Promise<void>;
}

/** Sockets belong to a TLS identity: a renewed client certificate opens new ones, the old ones finish their work. */
export function createSocketSource(
  initial: ConnectionFacts,
  limits: { readonly requestSockets: number },
): SocketSource {
  let used = initial;
  let sockets = openSockets(initial, limits);
  const retired = new Set<Sockets>();
  return {
    of: (facts) => {
      if (!sameIdentity(used, facts)) {
        const old = sockets;
        retired.add(old);
        void old.close().then(() => retired.delete(old));
        sockets = openSockets(facts, limits);
        used = facts;
      }
      return sockets;
    },
    destroy: async () => {
      await Promise.all([sockets, ...retired].map((one) => one.destroy()));
    },
  };
}

function sameIdentity(one: ConnectionFacts, other: ConnectionFacts): boolean {
  return (
    one.server === other.server &&
    one.ca === other.ca &&
    one.clientCertificate === other.clientCertificate &&
    one.clientKey === other.clientKey &&
    one.tlsServerName === other.tlsServerName &&
    one.insecureSkipTlsVerify === other.insecureSkipTlsVerify
  );
}
