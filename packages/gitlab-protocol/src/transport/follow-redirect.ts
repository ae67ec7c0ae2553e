import type { HttpAnswer, HttpRequest } from './transport.ts';

/** Redirects that one request may follow; Go's number. */
export const mostRedirects = 10;

/**
 * Where an answer sends its request on to. 307 and 308 repeat method and body. 301, 302 and 303 would turn everything
 * into a GET, which no call of the runner's API is, so their answer is the result, and not a request that cannot work.
 * A way from HTTPS to HTTP is not taken: it would carry tokens in clear text.
 */
export function redirectTarget(request: HttpRequest, answer: HttpAnswer): URL | undefined {
  const { location } = answer.headers;
  if ((answer.status !== 307 && answer.status !== 308) || location === undefined) return undefined;
  if (!URL.canParse(location, request.url.href)) return undefined;
  const target = new URL(location, request.url);
  const safe =
    target.protocol === 'https:' ||
    (target.protocol === 'http:' && request.url.protocol === 'http:');
  return safe ? target : undefined;
}
