import type { JsonObject, KubeObject } from '@millrace/core';
import { at, count, isRecord, text } from '../store/json.ts';
import { deleteObject, type Deletion, type DeletionResult } from '../store/deletion.ts';
import { keyOf } from '../store/object-meta.ts';
import { apiVersionOf } from '../store/resource-types.ts';
import { badRequest, forbidden, notFound } from '../store/status.ts';
import { mediaType, parseJson, readBody } from './body.ts';
import { decodeProtobuf, protobufType } from './protobuf.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { isDryRun } from './mutation.ts';
import { representationFor } from './representation.ts';
import { parseSelection } from './selection.ts';

const policies: readonly string[] = ['Background', 'Foreground', 'Orphan'];
/** Resources whose deletion answers with the object; the others answer with a Status. */
const answersWithObject = new Set([
  'pods',
  'services',
  'persistentvolumeclaims',
  'persistentvolumes',
  'serviceaccounts',
  'resourcequotas',
  'namespaces',
]);

/** A cluster cannot be without these. */
const keptNamespaces = new Set(['default', 'kube-system', 'kube-public']);

/** Options come in the body or, as fetch clients prefer, in the query. */
async function readOptions(
  exchange: ResourceExchange,
): Promise<{ readonly deletion: Deletion; readonly dryRun: boolean }> {
  const body = await readBody(exchange.request);
  const protobuf = mediaType(exchange.request) === protobufType;
  const options = body.length === 0 ? {} : protobuf ? decodeProtobuf(body) : parseJson(body);
  if (!isRecord(options)) throw badRequest('the body of a deletion must be DeleteOptions');
  const fromQuery = exchange.query.get('gracePeriodSeconds');
  const gracePeriodSeconds =
    count(options, 'gracePeriodSeconds') ?? (fromQuery === null ? undefined : Number(fromQuery));
  const propagationPolicy = policyOf(options, exchange.query);
  const uid = text(options, 'preconditions', 'uid');
  const resourceVersion = text(options, 'preconditions', 'resourceVersion');
  if (gracePeriodSeconds !== undefined && !Number.isSafeInteger(gracePeriodSeconds))
    throw badRequest(
      `gracePeriodSeconds: Invalid value: ${JSON.stringify(fromQuery)}: must be an integer`,
    );
  return {
    deletion: {
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...(uid === '' ? {} : { uid }),
      ...(resourceVersion === '' ? {} : { resourceVersion }),
    },
    dryRun: isDryRun(exchange.query, options),
  };
}

function policyOf(options: JsonObject, query: URLSearchParams): Deletion['propagationPolicy'] {
  if (at(options, 'orphanDependents') === true || query.get('orphanDependents') === 'true')
    return 'Orphan';
  const asked = text(options, 'propagationPolicy') || (query.get('propagationPolicy') ?? '');
  if (asked === '') return undefined;
  if (!policies.includes(asked)) {
    throw badRequest(
      `propagationPolicy: Unsupported value: ${JSON.stringify(asked)}: supported values: "Foreground", "Background", "Orphan"`,
    );
  }
  return asked as Deletion['propagationPolicy'];
}

/** Serves DELETE of one object. */
export async function deleteOne(exchange: ResourceExchange): Promise<Reply> {
  const { info, context, request, query } = exchange;
  const { deletion, dryRun } = await readOptions(exchange);
  const representation = representationFor(info.type, request, query, context.clock);
  const key = { type: info.type, namespace: info.namespace, name: info.name };
  const existing = context.store.get(key);
  if (existing === undefined) throw notFound(info.type, info.name);
  if (info.type.plural === 'namespaces' && keptNamespaces.has(info.name))
    throw forbidden(info.type, info.name, 'this namespace may not be deleted');
  const result: DeletionResult = dryRun
    ? { object: existing, removed: true }
    : deleteObject(context.store, context.clock, key, deletion);
  if (!result.removed) return { code: 200, body: representation.object(result.object) };
  return {
    code: 200,
    body: answersWithObject.has(info.type.plural)
      ? representation.object(result.object)
      : success(exchange, result.object),
  };
}

function success(exchange: ResourceExchange, object: KubeObject): JsonObject {
  const { type } = exchange.info;
  const details = {
    name: object.metadata.name ?? '',
    ...(type.group === '' ? {} : { group: type.group }),
    kind: type.plural,
    uid: object.metadata.uid ?? '',
  };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** Serves DELETE of a collection: everything the selectors choose. */
export async function deleteCollection(exchange: ResourceExchange): Promise<Reply> {
  const { info, context } = exchange;
  const { deletion, dryRun } = await readOptions(exchange);
  const chosen = context.store
    .list(info.type, info.namespace)
    .filter(parseSelection(info, exchange.query));
  for (const object of dryRun ? [] : chosen) {
    // Deleting one may take others with it.
    const key = keyOf(info.type, object);
    if (context.store.get(key) !== undefined)
      deleteObject(context.store, context.clock, key, deletion);
  }
  const items = chosen.map(({ apiVersion: _apiVersion, kind: _kind, ...rest }): JsonObject => rest);
  return {
    code: 200,
    body: {
      kind: `${info.type.kind}List`,
      apiVersion: apiVersionOf(info.type),
      metadata: { resourceVersion: String(context.store.version()) },
      items,
    },
  };
}
