import type { Dispatcher } from 'undici';
import type { ConnectionFacts } from '../credentials/connection-facts.ts';
import { describe, queryString, type ApiRequest } from './api-request.ts';
import { classifyNetwork } from './classify-network.ts';
import { classifyStatus } from './classify-status.ts';
import type { Counters } from './counters.ts';
import type { CurrentCredential } from './credential.ts';
import type { Outage } from './outage.ts';
import { readBody } from './read-body.ts';
import { requestHeaders } from './request-headers.ts';
import { retryAfter } from './retry-after.ts';
import type { ConnectionLimits, ConnectOptions } from './settings.ts';
import { createSocketSource } from './sockets.ts';
import { requestOn } from './undici-pool.ts';

/** Error pages are read no further than this. */
const longestErrorBody = 256 * 1024;

/** Sends single requests, once. */
export interface Sender {
  /**
   * Resolves with the head of an answer that says success.
   * @throws RunnerError for every other answer and for every failure of the connection
   */
  readonly send: (
    request: ApiRequest,
    credential: CurrentCredential,
    how: { readonly sockets: 'requests' | 'streams'; readonly signal: AbortSignal },
  ) => Promise<Dispatcher.ResponseData>;
  readonly close: () => Promise<void>;
}

/** A sender over its own sockets; `lifetime` ends it. */
export function createSender(
  initial: ConnectionFacts,
  context: {
    readonly options: ConnectOptions;
    readonly limits: ConnectionLimits;
    readonly counters: Counters;
    readonly outage: Outage;
    readonly lifetime: AbortSignal;
  },
): Sender {
  const { options, limits, counters, outage, lifetime } = context;
  const { clock, metrics, userAgent } = options;
  const sockets = createSocketSource(initial, limits);

  const exchange: Sender['send'] = async (request, credential, how) => {
    const { facts } = credential;
    const { body, contentType = 'application/json' } = request;
    const prefix = new URL(facts.server).pathname.replace(/\/$/, '');
    try {
      return await requestOn(sockets.of(facts)[how.sockets], {
        method: request.method,
        path: `${prefix}${request.path}${queryString(request.query)}`,
        headers: requestHeaders(
          userAgent,
          credential,
          body !== undefined ? contentType : undefined,
        ),
        body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
        // undici would close the socket after a DELETE with a body; the API server reads it by its length.
        reset: false,
        signal: how.signal,
      });
    } catch (cause) {
      how.signal.throwIfAborted();
      lifetime.throwIfAborted();
      outage.noteLost();
      throw classifyNetwork(facts.server, describe(request), cause);
    }
  };

  const send: Sender['send'] = async (request, credential, how) => {
    lifetime.throwIfAborted();
    const labels = { verb: request.verb, resource: request.resource };
    counters.request(request.verb, request.resource);
    const started = clock.monotonic();
    let code = 'none';
    try {
      const answer = await exchange(request, credential, how);
      code = String(answer.statusCode);
      if (answer.statusCode >= 200 && answer.statusCode <= 299) return answer;
      const text = await readBody(answer.body, longestErrorBody, 'error').catch(() => '');
      const pause = retryAfter(answer.headers['retry-after'], clock.now());
      throw outage.judge(
        classifyStatus(request, {
          httpStatus: answer.statusCode,
          body: text,
          ...(pause !== undefined && { retryAfter: pause }),
        }),
      );
    } finally {
      const seconds = (clock.monotonic() - started) / 1000;
      metrics?.count('millrace_api_requests_total', { ...labels, code });
      metrics?.observe('millrace_api_request_seconds', seconds, labels);
    }
  };
  return { send, close: sockets.destroy };
}
