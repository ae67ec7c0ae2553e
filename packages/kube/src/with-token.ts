import type { ConnectionFacts } from './credentials/connection-facts.ts';

/** The same server with another token and no other proof of who we are. */
export function withToken(facts: ConnectionFacts, token: string): ConnectionFacts {
  const { server, ca, namespace, insecureSkipTlsVerify, tlsServerName } = facts;
  return {
    server,
    token,
    source: "the job's own token",
    ...(ca === undefined ? {} : { ca }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(insecureSkipTlsVerify === undefined ? {} : { insecureSkipTlsVerify }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
  };
}
