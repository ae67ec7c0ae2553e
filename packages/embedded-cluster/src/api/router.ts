import { accessRefused } from './authorization.ts';
import { isConnectKind } from './connect-protocols.ts';
import { create } from './create.ts';
import { deleteCollection, deleteOne } from './delete.ts';
import { answerPath } from './discovery.ts';
import type { Exchange, Reply, ResourceExchange, ResourceHandler } from './exchange.ts';
import { list } from './list.ts';
import { logs } from './logs.ts';
import { patch } from './patch.ts';
import { bind, evict } from './pod-subresources.ts';
import { versionOf } from './query-values.ts';
import { representationFor } from './representation.ts';
import { attributesOf } from './request-attributes.ts';
import type { ResourceRequest } from './request-info.ts';
import { requestToken, reviewAccess, reviewRules, reviewSelf } from './reviews.ts';
import { badRequest, methodNotAllowed, notFound, pathNotFound } from '../store/status.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';

function get(exchange: ResourceExchange): Reply {
  const { info, context, request, query } = exchange;
  versionOf(query, false);
  const object = context.store.get({ type: info.type, namespace: info.namespace, name: info.name });
  if (object === undefined) throw notFound(info.type, info.name);
  return {
    code: 200,
    body: representationFor(info.type, request, query, context.clock).object(object),
  };
}

type Verbs = Partial<Readonly<Record<ResourceRequest['verb'], ResourceHandler>>>;

const objects: Verbs = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: deleteOne,
  deletecollection: deleteCollection,
};
const statuses: Verbs = { get, update, patch };

/** Handlers of subresources, by `plural/subresource`. */
const subresources: Readonly<Record<string, Verbs>> = {
  'pods/log': { get: logs },
  'pods/eviction': { create: evict },
  'pods/binding': { create: bind },
  'serviceaccounts/token': { create: requestToken },
  'namespaces/finalize': { update },
};

/** Review resources, which are answered and not stored. */
const reviews: Readonly<Record<string, Verbs>> = {
  selfsubjectaccessreviews: { create: reviewAccess },
  selfsubjectrulesreviews: { create: reviewRules },
  selfsubjectreviews: { create: reviewSelf },
};

function handlerFor(info: ResourceRequest): ResourceHandler {
  const { type, subresource, verb } = info;
  if (!type.stored) return reviews[type.plural]?.[verb] ?? refuse;
  const verbs =
    subresource === ''
      ? objects
      : subresource === 'status'
        ? statuses
        : subresources[`${type.plural}/${subresource}`];
  return verbs?.[verb] ?? refuse;
}

const refuse: ResourceHandler = (exchange) => {
  const { subresource } = exchange.info;
  if (isConnectKind(subresource)) throw badRequest('Upgrade request required');
  throw methodNotAllowed();
};

/** @throws ApiStatusError Forbidden */
export function authorize(exchange: Exchange): void {
  const { info, identity, context } = exchange;
  const attributes = attributesOf(info);
  if (!context.authorizer.decide(identity, attributes).allowed)
    throw accessRefused(identity, attributes);
}

/** Resources that Kubernetes wants to be rid of, with what it says of them. */
const deprecated: Readonly<Record<string, string>> = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** A resource has no others, `HEAD` included. */
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Serves one authorized request; undefined when it became a stream. */
export async function route(exchange: Exchange): Promise<Reply | undefined> {
  const { info } = exchange;
  if (info.kind === 'path') return answerPath(exchange.request, info);
  const resource: ResourceExchange = { ...exchange, info };
  if (!methods.has(exchange.request.method ?? '')) throw methodNotAllowed();
  if (!info.type.stored && info.name !== '') throw pathNotFound();
  if (info.name === '' && ['update', 'patch'].includes(info.verb)) throw methodNotAllowed();
  if (info.verb === 'deletecollection' && !info.type.collectionDeletable) throw methodNotAllowed();
  if (info.type.namespaced && info.namespace === '' && !['list', 'watch'].includes(info.verb))
    throw methodNotAllowed();
  if (info.verb === 'create' && info.name !== '' && info.subresource === '')
    throw methodNotAllowed();
  const reply = await handlerFor(info)(resource);
  const { plural } = info.type;
  if (reply === undefined || deprecated[plural] === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, Warning: `299 - "${deprecated[plural]}"` } };
}
