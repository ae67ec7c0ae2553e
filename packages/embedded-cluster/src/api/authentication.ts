import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Clock } from '@millrace/core';
import { unauthorized } from '../store/status.ts';
import type { Identity } from './authorization.ts';

/** Finds out who sends a request; undefined when the request carries nothing this one understands. */
export type Authenticator = (request: IncomingMessage) => Identity | undefined;

/** A bearer token of a static list. */
export interface StaticToken {
  readonly token: string;
  readonly user: string;
  readonly groups?: readonly string[];
  /** Milliseconds since the epoch from which the token is refused; without it the token never expires. */
  readonly expiresAt?: number;
}

/** The bearer token of a request, or undefined. */
export function bearerToken(request: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/iu.exec(request.headers.authorization ?? '')?.[1];
}

/** Knows the tokens of a list, which may change while the server runs. */
export function staticTokens(tokens: () => readonly StaticToken[], clock: Clock): Authenticator {
  return (request) => {
    const presented = bearerToken(request);
    const known = tokens().find((item) => item.token === presented);
    if (known === undefined || (known.expiresAt !== undefined && known.expiresAt <= clock.now()))
      return undefined;
    return { name: known.user, groups: [...(known.groups ?? []), 'system:authenticated'] };
  };
}

/** Takes the common name and organizations of a client certificate that the server's CA has signed. */
export const clientCertificates: Authenticator = (request) => {
  const { socket } = request;
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  if (typeof subject.CN !== 'string') return undefined;
  const organizations: unknown = subject.O;
  const groups = Array.isArray(organizations)
    ? organizations.map(String)
    : typeof organizations === 'string'
      ? [organizations]
      : [];
  return { name: subject.CN, groups: [...groups, 'system:authenticated'] };
};

/** For requests that present nothing, or nothing that is a token; a token that is wrong is still refused. */
export const anonymous: Authenticator = (request) =>
  bearerToken(request) === undefined
    ? { name: 'system:anonymous', groups: ['system:unauthenticated'] }
    : undefined;

/** Asks one after the other. @throws ApiStatusError Unauthorized when none knows the sender */
export function authenticate(
  authenticators: readonly Authenticator[],
  request: IncomingMessage,
): Identity {
  for (const authenticator of authenticators) {
    const identity = authenticator(request);
    if (identity !== undefined) return identity;
  }
  throw unauthorized();
}
