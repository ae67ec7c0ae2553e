import type { JsonValue, KubeObject } from '@millrace/core';
import { count, isRecord, text } from '../store/json.ts';
import { badRequest, expiredContinue, isApiStatusError, versionTooLarge } from '../store/status.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { checkListOptions } from './list-options.ts';
import { integer, versionOf } from './query-values.ts';
import { representationFor } from './representation.ts';
import { parseSelection } from './selection.ts';

/** The version of a token that goes on with what is there by now. */
const ofNow = -1;

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
  throw badRequest(
    'invalid continue token: continue key is not valid: illegal base64 data at input byte 0',
  );
}

/** The version at which to list: that of the token, an exact one, or undefined for now. */
function versionWanted(
  exchange: ResourceExchange,
  token: ContinueToken | undefined,
): number | undefined {
  const asked = versionOf(exchange.query, true);
  if (token !== undefined) {
    if (asked !== undefined && asked !== 0)
      throw badRequest('specifying resource version is not allowed when using continue');
    return token.version === ofNow ? undefined : token.version;
  }
  const current = exchange.context.store.version();
  if (asked !== undefined && asked > current) throw versionTooLarge(asked, current);
  return exchange.query.get('resourceVersionMatch') === 'Exact' ? asked : undefined;
}

function objectsAt(
  exchange: ResourceExchange,
  version: number | undefined,
  token: ContinueToken | undefined,
): readonly KubeObject[] {
  const { store } = exchange.context;
  const { type, namespace } = exchange.info;
  if (version === undefined) return store.list(type, namespace);
  try {
    return store.listAt(type, namespace, version);
  } catch (error) {
    if (token !== undefined && isApiStatusError(error))
      throw expiredContinue(encodeToken({ ...token, version: ofNow }));
    throw error;
  }
}

const selects = (query: URLSearchParams): boolean =>
  (query.get('labelSelector') ?? '') !== '' || (query.get('fieldSelector') ?? '') !== '';

/** Serves LIST, in pages when `limit` is given; all pages show the same version. */
export function list(exchange: ResourceExchange): Reply {
  const { info, query, request, context } = exchange;
  const representation = representationFor(info.type, request, query, context.clock);
  const selected = parseSelection(info, query);
  checkListOptions(query, false);
  const given = query.get('continue') ?? '';
  const token = given === '' ? undefined : decodeToken(given);
  integer(query, 'timeoutSeconds');
  const wanted = versionWanted(exchange, token);
  const version = wanted ?? context.store.version();
  const all = objectsAt(exchange, wanted, token).filter(selected);
  const rest =
    token === undefined
      ? all
      : all.slice(all.findLastIndex((object) => addressOf(object) <= token.after) + 1);
  const limit = Math.max(0, integer(query, 'limit') ?? 0);
  const page = limit === 0 ? rest : rest.slice(0, limit);
  const last = page.at(-1);
  const more = last !== undefined && rest.length > page.length;
  const metadata = {
    resourceVersion: String(version),
    ...(more
      ? {
          continue: encodeToken({ version, after: addressOf(last) }),
          // With a selector a real server would have to read everything to know.
          ...(selects(query) ? {} : { remainingItemCount: rest.length - page.length }),
        }
      : {}),
  };
  return { code: 200, body: representation.list(page, metadata) };
}
