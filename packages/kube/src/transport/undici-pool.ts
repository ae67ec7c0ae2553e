import type { Dispatcher, Pool } from 'undici';
import sendRequest from 'undici/lib/api/api-request.js';
import UndiciPool from 'undici/lib/dispatcher/pool.js';

/*
 * undici's own entry point also loads its fetch, WebSocket, cache and mocks: 15 MB that every idle runner would carry.
 * These two files are all we use of it. They are no public interface, so undici's version is pinned exactly.
 */

/** undici's pool of connections to one origin. */
export function openPool(origin: string, options: Pool.Options): Pool {
  return new UndiciPool(origin, options);
}

/** `pool.request(options)`, which undici's entry point would have added to the pool. */
export function requestOn(
  pool: Pool,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  return sendRequest.call(pool, options);
}
