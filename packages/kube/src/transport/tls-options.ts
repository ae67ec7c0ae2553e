import type { ConnectionFacts } from '../credentials/connection-facts.ts';

/** The TLS options that undici and ws have in common. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** What the facts say about TLS. */
export function tlsOptions(facts: ConnectionFacts): TlsOptions {
  return {
    ...(facts.ca !== undefined && { ca: facts.ca }),
    ...(facts.clientCertificate !== undefined && { cert: facts.clientCertificate }),
    ...(facts.clientKey !== undefined && { key: facts.clientKey }),
    ...(facts.tlsServerName !== undefined && { servername: facts.tlsServerName }),
    ...(facts.insecureSkipTlsVerify && { rejectUnauthorized: false }),
  };
}
