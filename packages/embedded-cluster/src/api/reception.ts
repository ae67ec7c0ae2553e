import type { IncomingMessage } from 'node:http';
import type { RequestEntry, RequestObserver } from '../contracts.ts';
import { pathNotFound } from '../store/status.ts';
import { authenticate, type Authenticator } from './authentication.ts';
import type { Identity } from './authorization.ts';
import type { ApiContext } from './exchange.ts';
import type { Interception, RequestInterceptor } from './interceptor.ts';
import { actingIdentity } from './impersonation.ts';
import { requestEntry } from './request-entry.ts';
import { parseRequest, type RequestInfo } from './request-info.ts';

/** A request that may be served. */
export interface Received {
  readonly kind: 'received';
  readonly context: ApiContext;
  readonly info: RequestInfo;
  readonly identity: Identity;
  readonly query: URLSearchParams;
  readonly entry: RequestEntry;
  /** The answer is to be lost on its way. */
  readonly loseAnswer: boolean;
}

/** A request with which something else happens. */
export type Intercepted = { readonly kind: 'intercepted' } & Exclude<
  Interception,
  { readonly action: 'serve' | 'lose-answer' }
>;

/**
 * Counts, intercepts, authenticates and parses a request, in this order.
 * @throws ApiStatusError Unauthorized, or NotFound for a path that leads nowhere
 */
export type Receive = (
  request: IncomingMessage,
  signal: AbortSignal,
) => Promise<Received | Intercepted>;

interface ReceptionOptions {
  readonly context: ApiContext;
  readonly interceptor: RequestInterceptor;
  readonly authenticators: readonly Authenticator[];
  readonly observer: RequestObserver | undefined;
  readonly stopping: AbortSignal;
}

/** Makes the reception of one server. */
export function createReception({
  context,
  interceptor,
  authenticators,
  observer,
  stopping,
}: ReceptionOptions): Receive {
  return async (request, signal) => {
    const url = new URL(request.url ?? '/', 'http://server');
    const query = url.searchParams;
    const info = parseRequest(request.method ?? 'GET', url.pathname, query);
    const identity = attempt(() =>
      actingIdentity(request, info, authenticate(authenticators, request), context.authorizer),
    );
    const entry = requestEntry({
      request,
      info,
      ...('value' in identity ? { identity: identity.value } : {}),
    });
    observer?.request(entry);
    const interception = (await interceptor.request?.(entry, signal)) ?? { action: 'serve' };
    signal.throwIfAborted();
    stopping.throwIfAborted();
    if (interception.action === 'answer' || interception.action === 'drop')
      return { kind: 'intercepted', ...interception };
    if (!('value' in identity)) throw identity.error;
    if (info === undefined) throw pathNotFound();
    return {
      kind: 'received',
      context,
      info,
      identity: identity.value,
      query,
      entry,
      loseAnswer: interception.action === 'lose-answer',
    };
  };
}

/** The observer wants to know the sender, and the interceptor comes before a sender is refused. */
function attempt<Value>(
  action: () => Value,
): { readonly value: Value } | { readonly error: unknown } {
  try {
    return { value: action() };
  } catch (error) {
    return { error };
  }
}
