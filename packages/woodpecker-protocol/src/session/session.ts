import { RunnerError, type Clock, type Logger } from '@millrace/core';
import { withDeadline } from '@millrace/async';
import { orAborted } from '../calls/or-aborted.ts';
import type { Channel } from '../transport/channel.ts';
import { statusOf } from '../transport/call-error.ts';
import { callOnce } from '../transport/unary-call.ts';
import { WoodpeckerAuth } from '../wire/woodpecker.generated.ts';

/** Id of an agent that the server does not know yet. */
export const unknownAgent = -1;

const authTimeout = 5_000;
const refreshAfter = 30 * 60_000;
const refreshAgain = 1_000;

/** What a session needs. */
export interface SessionPorts {
  readonly channel: Channel;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The agent's secret. */
  readonly secret: string;
  /** Aborts when the client is closed; a renewal is everybody's, so no single call ends it. */
  readonly closed: AbortSignal;
}

/** Who the agent is to the server, and the token that shows it. */
export interface Session {
  readonly agentId: () => number;
  readonly token: () => string;
  /**
   * Shows the secret and takes a token.
   * @throws RunnerError `MILLRACE_E_WOODPECKER_CALL`
   */
  readonly authenticate: (options: { readonly signal: AbortSignal }) => Promise<void>;
  /** Takes a new token, once for all who were refused the same one; never throws but for the signal. */
  readonly renew: (refused: string, options: { readonly signal: AbortSignal }) => Promise<void>;
  /** Renews the token every half hour until the client is closed; a second call does nothing. */
  readonly keepFresh: () => Promise<void>;
  readonly setAgentId: (id: number) => void;
}

/** Makes a session of an agent, known by its id or not yet. */
export function createSession(ports: SessionPorts, knownId: number): Session {
  const { channel, clock, logger, secret, closed } = ports;
  let agentId = knownId;
  let token = '';
  let isKeptFresh = false;
  let renewing: Promise<boolean> | undefined;
  const authenticate: Session['authenticate'] = async ({ signal }) => {
    const answer = await withDeadline(clock, authTimeout, signal, (within) =>
      callOnce(channel.client, {
        method: WoodpeckerAuth.method.auth,
        request: { agentToken: secret, agentId: BigInt(agentId) },
        metadata: {},
        signal: within,
      }),
    );
    if (answer.accessToken === '')
      throw new RunnerError('the server took the secret and gave no token', {
        code: 'MILLRACE_E_WOODPECKER_ANSWER',
        kind: 'system',
        hint: 'check that the address is that of a Woodpecker server',
      });
    agentId = Number(answer.agentId);
    token = answer.accessToken;
  };
  const tryAgain = async (signal: AbortSignal): Promise<boolean> => {
    try {
      await authenticate({ signal });
      return true;
    } catch (failure) {
      signal.throwIfAborted();
      logger.warn('grpc: the token could not be renewed', {
        error: failure instanceof Error ? failure.message : String(failure),
        status: statusOf(failure),
      });
      return false;
    }
  };
  return {
    agentId: () => agentId,
    token: () => token,
    setAgentId: (id) => {
      agentId = id;
    },
    authenticate,
    renew: async (refused, { signal }) => {
      if (refused !== token) return;
      renewing ??= tryAgain(closed)
        .catch(() => false)
        .finally(() => {
          renewing = undefined;
        });
      await orAborted(renewing, signal);
    },
    keepFresh: async () => {
      if (isKeptFresh) return;
      isKeptFresh = true;
      for (let wait = refreshAfter; ;) {
        await clock.sleep(wait, { signal: closed });
        wait = (await tryAgain(closed)) ? refreshAfter : refreshAgain;
      }
    },
  };
}
