import type { Dispatcher, Pool, ProxyAgent } from 'undici';
import sendRequest from 'undici/lib/api/api-request.js';
import UndiciPool from 'undici/lib/dispatcher/pool.js';

/*
 * undici's own entry point also loads its fetch, WebSocket, cache and mocks: 15 MB that every idle runner would carry.
 * These two files are all we use of it where there is no proxy. They are no public interface, so undici's version is
 * pinned exactly.
 */

/** undici's pool of connections to one origin. */
export function openPool(origin: string, options: Pool.Options): Pool {
  return new UndiciPool(origin, options);
}

/** undici's way through an HTTP proxy; the whole of undici is loaded for it. */
export async function openProxy(options: ProxyAgent.Options): Promise<Dispatcher> {
  const undici = await import('undici');
  return new undici.ProxyAgent(options);
}

/** `dispatcher.request(options)`, which undici's entry point would have added. */
export function requestOn(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  return sendRequest.call(dispatcher, options);
}
