import type { Readable } from 'node:stream';
import { linkSignals, retry, withDeadline, type RetryPolicy } from '@millrace/async';
import { isRunnerError, RunnerError, type CallOptions, type JsonValue } from '@millrace/core';
import type { ConnectionFacts } from '../credentials/connection-facts.ts';
import { describe, type ApiRequest } from './api-request.ts';
import { classifyNetwork } from './classify-network.ts';
import { createCounters, type Counters } from './counters.ts';
import { createCredential, type Credential, type CurrentCredential } from './credential.ts';
import { readBody } from './read-body.ts';
import { createOutage, type Outage } from './outage.ts';
import { createSender } from './send-request.ts';
import { decideRetry } from './decide-retry.ts';
import { isDeadline, timeoutError } from './named-timeout.ts';
import {
  defaultLimits,
  defaultRetry,
  type ConnectionLimits,
  type ConnectOptions,
} from './settings.ts';

/** Sends requests of the API: credentials, deadlines, repetition, typed errors. Knows no resource. */
export interface ApiClient {
  /**
   * One call with all its tries.
   * @param onUnclear - called before a repetition when nobody knows whether the failed try was carried out
   */
  readonly call: (
    request: ApiRequest,
    options: CallOptions,
    onUnclear?: () => void,
  ) => Promise<JsonValue>;
  /** Opens a stream, one try. The time limit is for the head of the answer; the signal ends the stream too. */
  readonly open: (request: ApiRequest, options: CallOptions) => Promise<Readable>;
  /** Runs `work` with the current credential, and once more with a new one when it was refused with a 401. */
  readonly authenticated: <T>(
    work: (credential: CurrentCredential) => Promise<T>,
    options: { readonly signal: AbortSignal },
  ) => Promise<T>;
  /** Aborts when the connection is closed, with the error that says so. */
  readonly lifetime: AbortSignal;
  /** Address of the server, for messages. */
  readonly server: string;
  readonly options: ConnectOptions;
  readonly limits: ConnectionLimits;
  readonly retryPolicy: RetryPolicy;
  readonly counters: Counters;
  readonly outage: Outage;
  readonly close: () => Promise<void>;
}

/** Opens nothing before the first call. */
export function createApiClient(facts: ConnectionFacts, options: ConnectOptions): ApiClient {
  const { clock, random } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const policy = { ...defaultRetry, ...options.retry };
  const counters = createCounters();
  const outage = createOutage(clock);
  const lifetime = new AbortController();
  const credential = createCredential(facts, options, lifetime.signal);
  const { send, close } = createSender(facts, {
    options,
    limits,
    counters,
    outage,
    lifetime: lifetime.signal,
  });

  const attempt = async (request: ApiRequest, signal: AbortSignal): Promise<JsonValue> =>
    authenticated(credential, signal, async (current) => {
      const answer = await send(request, current, { sockets: 'requests', signal });
      const text = await readBody(answer.body, limits.maxResponseBytes, describe(request)).catch(
        (cause: unknown) => {
          signal.throwIfAborted();
          if (isRunnerError(cause)) throw cause;
          outage.noteLost();
          throw classifyNetwork(current.facts.server, describe(request), cause);
        },
      );
      return parseJson(request, text);
    });

  const call: ApiClient['call'] = async (request, { signal: outer, timeout }, onUnclear) => {
    const allowed = timeout ?? limits.callTimeout;
    const endsAt = clock.monotonic() + allowed;
    const decide = decideRetry({ request, policy, endsAt, options, onUnclear });
    try {
      return await withDeadline(clock, allowed, outer, (signal) =>
        retry(
          { ...policy, attempts: Number.POSITIVE_INFINITY },
          decide.classify,
          async (_number, inner) => {
            try {
              return await withDeadline(clock, limits.attemptTimeout, inner, (own) =>
                attempt(request, own),
              );
            } catch (error) {
              if (inner.aborted || !isDeadline(error)) throw error;
              throw timeoutError(request, limits.attemptTimeout);
            }
          },
          { signal, clock, ...(random && { random }) },
        ),
      );
    } catch (error) {
      if (outer.aborted || !isDeadline(error)) throw error;
      throw timeoutError(request, allowed, decide.lastError());
    }
  };

  const open: ApiClient['open'] = async (request, { signal: outer, timeout }) => {
    const linked = linkSignals(outer);
    const allowed = timeout ?? limits.attemptTimeout;
    const cancelTimer = clock.after(allowed, () => linked.abort(timeoutError(request, allowed)));
    try {
      const { signal } = linked;
      const answer = await authenticated(credential, signal, (current) =>
        send(request, current, { sockets: 'streams', signal }),
      );
      answer.body.once('close', linked.dispose);
      // Whoever reads gets the error from reading; before anybody does it must not end the process.
      answer.body.on('error', () => undefined);
      return answer.body;
    } catch (error) {
      linked.dispose();
      throw error;
    } finally {
      cancelTimer();
    }
  };

  return {
    call,
    open,
    authenticated: (work, { signal }) => authenticated(credential, signal, work),
    lifetime: lifetime.signal,
    server: facts.server,
    options,
    limits,
    retryPolicy: policy,
    counters,
    outage,
    close: async () => {
      lifetime.abort(closedError());
      await close();
    },
  };
}

async function authenticated<T>(
  credential: Credential,
  signal: AbortSignal,
  work: (current: CurrentCredential) => Promise<T>,
): Promise<T> {
  const current = await credential.current({ signal });
  try {
    return await work(current);
  } catch (error) {
    if (!isRunnerError(error) || error.code !== 'MILLRACE_E_KUBE_UNAUTHORIZED') throw error;
    if (!(await credential.renew(current, { signal }))) throw error;
    return work(await credential.current({ signal }));
  }
}

function closedError(): RunnerError {
  return new RunnerError('the connection to the API server was closed', {
    code: 'MILLRACE_E_KUBE_CLOSED',
    kind: 'system',
    reason: 'api_unreachable',
  });
}

function parseJson(request: ApiRequest, text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new RunnerError(`${describe(request)}: the answer is not JSON`, {
      code: 'MILLRACE_E_KUBE_BAD_ANSWER',
      kind: 'system',
      reason: 'api_rejected',
      retry: 'operation',
      hint: 'Check that the address is the API server and not a login page or another service.',
    });
  }
}
