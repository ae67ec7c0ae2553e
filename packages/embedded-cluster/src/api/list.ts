import type { JsonValue, KubeObject } from '@millrace/core';
import { count, isRecord, text } from '../store/json.ts';
import { badRequest, expiredContinue, isApiStatusError, timedOut } from '../store/status.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { representationFor } from './representation.ts';
import { parseSelection } from './selection.ts';

interface ContinueToken {
  readonly version: number;
  /** `namespace/name` of the last object sent. */
  readonly after: string;
}

const addressOf = (object: KubeObject): string =>
  `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;

const encodeToken = (token: ContinueToken): string =>
  Buffer.from(
    JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.version, start: token.after }),
  ).toString('base64url');

function decodeToken(encoded: string): ContinueToken {
  try {
    const value = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')) as JsonValue;
    const version = isRecord(value) ? count(value, 'rv') : undefined;
    if (version !== undefined) return { version, after: text(value, 'start') };
  } catch {
    // Falls through to the refusal: a token that does not parse is as wrong as one that says nothing.
  }
  throw badRequest('continue key is not valid');
}

/** A non-negative whole number of the query; undefined when absent. @throws ApiStatusError BadRequest otherwise */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name);
  if (given === null || given === '') return undefined;
  if (!/^\d+$/u.test(given))
    throw badRequest(
      `${name}: Invalid value: ${JSON.stringify(given)}: must be a non-negative integer`,
    );
  return Number(given);
}

/** The version at which to list: that of the token, an exact one, or undefined for now. */
function versionWanted(
  exchange: ResourceExchange,
  token: ContinueToken | undefined,
): number | undefined {
  if (token !== undefined) return token.version;
  const asked = wholeNumber(exchange.query, 'resourceVersion');
  const current = exchange.context.store.version();
  if (asked !== undefined && asked > current)
    throw timedOut(`Too large resource version: ${asked}, current: ${current}`);
  return exchange.query.get('resourceVersionMatch') === 'Exact' ? asked : undefined;
}

function objectsAt(
  exchange: ResourceExchange,
  version: number | undefined,
  paging: boolean,
): readonly KubeObject[] {
  const { store } = exchange.context;
  const { type, namespace } = exchange.info;
  if (version === undefined) return store.list(type, namespace);
  try {
    return store.listAt(type, namespace, version);
  } catch (error) {
    if (paging && isApiStatusError(error)) throw expiredContinue();
    throw error;
  }
}

/** Serves LIST, in pages when `limit` is given; all pages show the same version. */
export function list(exchange: ResourceExchange): Reply {
  const { info, query, request, context } = exchange;
  const representation = representationFor(info.type, request, query, context.clock);
  const selected = parseSelection(info, query);
  const given = query.get('continue') ?? '';
  const token = given === '' ? undefined : decodeToken(given);
  const wanted = versionWanted(exchange, token);
  const version = wanted ?? context.store.version();
  const all = objectsAt(exchange, wanted, token !== undefined).filter(selected);
  const rest =
    token === undefined
      ? all
      : all.slice(all.findLastIndex((object) => addressOf(object) <= token.after) + 1);
  const limit = wholeNumber(query, 'limit') ?? 0;
  const page = limit === 0 ? rest : rest.slice(0, limit);
  const last = page.at(-1);
  const more = last !== undefined && rest.length > page.length;
  const metadata = {
    resourceVersion: String(version),
    ...(more
      ? {
          continue: encodeToken({ version, after: addressOf(last) }),
          remainingItemCount: rest.length - page.length,
        }
      : {}),
  };
  return { code: 200, body: representation.list(page, metadata) };
}
