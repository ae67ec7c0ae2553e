import type { IncomingMessage } from 'node:http';
import { badRequest, internalError } from '../store/status.ts';

/** A text of the query; undefined when it is absent or empty. */
export function given(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name);
  return value === null || value === '' ? undefined : value;
}

/** What a request accepts, in order; anything when it does not say. */
export function acceptedTypes({ headers }: IncomingMessage): readonly string[] {
  const { accept = '' } = headers;
  return (accept === '' ? '*/*' : accept).split(',').map((item) => item.trim());
}

/** A truth of the query. Kubernetes takes everything for true but `false` and `0`. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

/** A whole number of the query; undefined when absent. @throws ApiStatusError BadRequest for anything else */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = given(query, name);
  if (value === undefined) return undefined;
  if (!/^[+-]?\d+$/u.test(value))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
}

const wrongVersion = (value: string): string =>
  `resourceVersion: Invalid value: ${JSON.stringify(value)}: strconv.ParseUint: parsing ${JSON.stringify(value)}: invalid syntax`;

/**
 * The version that a request names; undefined when it names none.
 * @throws ApiStatusError BadRequest in a list, InternalError in a get or watch: the words and codes of Kubernetes
 */
export function versionOf(query: URLSearchParams, listing: boolean): number | undefined {
  const value = given(query, 'resourceVersion');
  if (value === undefined) return undefined;
  if (/^\d+$/u.test(value)) return Number(value);
  if (listing) throw badRequest(`invalid resource version: ${wrongVersion(value)}`);
  throw internalError(wrongVersion(value), { plain: true });
}
