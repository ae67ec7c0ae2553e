import type { JsonObject, KubeObject } from '@millrace/core';
import { at, count, text } from '../store/json.ts';
import {
  deleteObject,
  rehearseDeletion,
  type Deletion,
  type DeletionResult,
} from '../store/deletion.ts';
import { keyOf } from '../store/object-meta.ts';
import { apiVersionOf } from '../store/resource-types.ts';
import { badRequest, forbidden, notFound, unsupportedMediaType } from '../store/status.ts';
import { collectFieldErrors } from './admission/field-errors.ts';
import { mediaType, objectMedia, parseObject, readBody } from './body.ts';
import { decodeProtobuf, protobufType } from './protobuf.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { goKind } from './go-json.ts';
import { invalidOptions, isDryRun, unregistered } from './mutation.ts';
import { flag, integer } from './query-values.ts';
import { representationFor } from './representation.ts';
import { parseSelection } from './selection.ts';

const policies: readonly string[] = ['Foreground', 'Background', 'Orphan'];
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

interface ReadOptions {
  readonly deletion: Deletion;
  readonly dryRun: boolean;
}

/**
 * Options come in the body or, as fetch clients prefer, in the query.
 * @throws ApiStatusError BadRequest for what cannot be read, Invalid for what makes no sense
 */
async function readOptions(exchange: ResourceExchange): Promise<ReadOptions> {
  const { query } = exchange;
  const options = await readBodyOptions(exchange);
  const gracePeriodSeconds =
    count(options, 'gracePeriodSeconds') ?? integer(query, 'gracePeriodSeconds');
  const dryRun = isDryRun(query, 'DeleteOptions', options);
  const propagationPolicy = policyOf(options, query);
  const uid = text(options, 'preconditions', 'uid');
  const resourceVersion = text(options, 'preconditions', 'resourceVersion');
  return {
    deletion: {
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...(uid === '' ? {} : { uid }),
      ...(resourceVersion === '' ? {} : { resourceVersion }),
    },
    dryRun,
  };
}

async function readBodyOptions({ request }: ResourceExchange): Promise<JsonObject> {
  const body = await readBody(request);
  if (body.length === 0) return {};
  const type = mediaType(request);
  if (type === protobufType) return decodeProtobuf(body);
  if (type !== '' && type !== 'application/json') throw unsupportedMediaType(objectMedia);
  const options = parseObject(body, badRequest);
  const [kind, version] = [text(options, 'kind'), text(options, 'apiVersion')];
  // Every group knows the kind.
  if (kind !== '' && kind !== 'DeleteOptions') throw badRequest(unregistered(kind, version));
  const grace = options['gracePeriodSeconds'] ?? 0;
  if (!Number.isSafeInteger(grace))
    throw badRequest(
      `json: cannot unmarshal ${goKind(grace)} into Go struct field DeleteOptions.gracePeriodSeconds of type int64`,
    );
  return options;
}

function policyOf(options: JsonObject, query: URLSearchParams): Deletion['propagationPolicy'] {
  const orphans =
    at(options, 'orphanDependents') ??
    (query.has('orphanDependents') ? flag(query, 'orphanDependents') : undefined);
  const asked = text(options, 'propagationPolicy') || (query.get('propagationPolicy') ?? '');
  const errors = collectFieldErrors();
  if (asked !== '' && typeof orphans === 'boolean')
    errors.invalid(
      'propagationPolicy',
      asked,
      'orphanDependents and deletionPropagation cannot be both set',
    );
  if (asked !== '' && !policies.includes(asked))
    errors.unsupported('propagationPolicy', asked, [...policies, 'nil']);
  if (errors.causes.length > 0) throw invalidOptions('DeleteOptions', errors.causes);
  if (orphans === true) return 'Orphan';
  return asked === '' ? undefined : (asked as Deletion['propagationPolicy']);
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
    ? rehearseDeletion(context.clock, key, existing, deletion)
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
