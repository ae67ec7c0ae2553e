import { RunnerError, type Clock, type Logger } from '@millrace/core';
import { raceSignal, withDeadline } from '@millrace/async';
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
  /** Takes a new token, once for all who were refused the same one; whoever waits no longer leaves the others to it. */
  readonly renew: (refused: string, options: { readonly signal: AbortSignal }) => Promise<void>;
  /** Renews the token every half hour from now on; a second call changes nothing. */
  readonly keepFresh: () => void;
  /** Ends all renewals. */
  readonly close: () => void;
  readonly setAgentId: (id: number) => void;
}

/** Makes a session of an agent, known by its id or not yet. */
export function createSession(ports: SessionPorts, knownId: number): Session {
  const { channel, clock, logger, secret } = ports;
  let agentId = knownId;
  let token = '';
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
  const over = new AbortController();
  const tryAgain = async (): Promise<boolean> => {
    try {
      await authenticate(over);
      return true;
    } catch (failure) {
      over.signal.throwIfAborted();
      logger.warn('grpc: the token could not be renewed', {
        error: failure instanceof Error ? failure.message : String(failure),
        status: statusOf(failure),
      });
      return false;
    }
  };
  /** The one renewal under way; it belongs to nobody who waits for it. */
  const renewed = (): Promise<boolean> => {
    renewing ??= tryAgain().finally(() => {
      renewing = undefined;
    });
    return renewing;
  };
  const refresh = async (): Promise<void> => {
    for (let wait = refreshAfter; ;) {
      await clock.sleep(wait, over);
      wait = (await renewed()) ? refreshAfter : refreshAgain;
    }
  };
  let isKeptFresh = false;
  return {
    agentId: () => agentId,
    token: () => token,
    setAgentId: (id) => {
      agentId = id;
    },
    authenticate,
    renew: async (refused, { signal }) => {
      if (refused === token) await raceSignal(renewed().then(noAnswer, noAnswer), signal);
    },
    keepFresh: () => {
      if (isKeptFresh) return;
      isKeptFresh = true;
      refresh().catch(() => undefined);
    },
    close: () => over.abort(new Error('the client is closed')),
  };
}

const noAnswer = (): undefined => undefined;
