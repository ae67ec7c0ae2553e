import type { Clock, Logger } from '@millrace/core';
import type { ConnectionFacts } from '../credentials/connection-facts.ts';
import { readCredentialFile } from '../credentials/read-credential-file.ts';

/** Tokens in files rotate; client-go looks once a minute as well. */
const tokenFileAge = 60_000;
/** A credential this close to its end is renewed before it is used. */
const renewBefore = 30_000;

/** Fetches the facts anew, for credentials that end: `() => resolveConnection(request, options)`. */
export type RefreshFacts = (options: { readonly signal: AbortSignal }) => Promise<ConnectionFacts>;

/** What one request needs, taken at one moment. */
export interface CurrentCredential {
  readonly facts: ConnectionFacts;
  readonly token: string | undefined;
}

/** The identity of a connection as it changes over time. */
export interface Credential {
  readonly current: (options: { readonly signal: AbortSignal }) => Promise<CurrentCredential>;
  /** After a 401: fetches a new credential. False when there is none other than the one that was refused. */
  readonly renew: (
    refused: CurrentCredential,
    options: { readonly signal: AbortSignal },
  ) => Promise<boolean>;
}

/**
 * Keeps the token file and an expiring credential fresh; never more than one renewal at a time. A renewal belongs to
 * all who wait for it, so only the end of the connection stops it, not that of the call that came first.
 */
export function createCredential(
  initial: ConnectionFacts,
  options: { readonly clock: Clock; readonly logger: Logger; readonly refresh?: RefreshFacts },
  lifetime: AbortSignal,
): Credential {
  const { clock, logger, refresh } = options;
  let facts = initial;
  let fileToken: { readonly value: string; readonly readAt: number } | undefined;
  let renewal: Promise<void> | undefined;

  const readToken = async (signal: AbortSignal): Promise<void> => {
    if (facts.tokenFile === undefined) return;
    const file = { setting: 'token file', path: facts.tokenFile, holds: 'token' } as const;
    try {
      fileToken = { value: await readCredentialFile(file, { signal }), readAt: clock.monotonic() };
    } catch (error) {
      if (fileToken === undefined || signal.aborted) throw error;
      logger.warn('Cannot read the token file again; the token read before stays in use', {
        file: facts.tokenFile,
      });
      fileToken = { ...fileToken, readAt: clock.monotonic() };
    }
  };
  const renewOnce = (signal: AbortSignal): Promise<void> => {
    renewal ??= (async (): Promise<void> => {
      if (refresh !== undefined) facts = await refresh({ signal: lifetime });
      await readToken(lifetime);
    })().finally(() => {
      renewal = undefined;
    });
    return settled(renewal, signal);
  };
  const taken = (): CurrentCredential => ({ facts, token: fileToken?.value ?? facts.token });

  return {
    current: async ({ signal }) => {
      const ends = facts.expiresAt;
      if (refresh !== undefined && ends !== undefined && clock.now() > ends - renewBefore) {
        await renewOnce(signal);
      } else if (facts.tokenFile !== undefined) {
        const age = fileToken === undefined ? Infinity : clock.monotonic() - fileToken.readAt;
        if (age > tokenFileAge) await readToken(signal);
      }
      return taken();
    },
    renew: async (refused, { signal }) => {
      const differs = (): boolean => {
        const { facts: now, token } = taken();
        return token !== refused.token || now.clientCertificate !== refused.facts.clientCertificate;
      };
      if (!differs()) await renewOnce(signal);
      return differs();
    },
  };
}

/** The outcome of shared work, or the signal's reason if that comes first. */
async function settled(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
