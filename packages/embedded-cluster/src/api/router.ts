import { accessRefused, type AccessAttributes } from './authorization.ts';
import { isConnectKind } from './connect-protocols.ts';
import { create } from './create.ts';
import { deleteCollection, deleteOne } from './delete.ts';
import { answerPath } from './discovery.ts';
import type { Exchange, Reply, ResourceExchange, ResourceHandler } from './exchange.ts';
import { list } from './list.ts';
import { logs } from './logs.ts';
import { patch } from './patch.ts';
import { bind, evict } from './pod-subresources.ts';
import { representationFor } from './representation.ts';
import type { RequestInfo, ResourceRequest } from './request-info.ts';
import { requestToken, reviewAccess, reviewRules, reviewSelf } from './reviews.ts';
import { badRequest, methodNotAllowed, notFound } from '../store/status.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';

function get(exchange: ResourceExchange): Reply {
  const { info, context, request, query } = exchange;
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

/** What the authorizer is asked about a request. */
function attributesOf(info: RequestInfo): AccessAttributes {
  if (info.kind === 'path') return { verb: info.verb, path: info.path };
  const { verb, type, subresource, namespace, name } = info;
  return { verb, group: type.group, resource: type.plural, subresource, namespace, name };
}

/** Discovery is open to everyone who is known, as the default `system:discovery` role has it. */
const openPaths = /^\/(?:api|apis|version|healthz|livez|readyz|openapi)(?:\/|$)/u;

/** @throws ApiStatusError Forbidden */
export function authorize(exchange: Exchange): void {
  const { info, identity, context } = exchange;
  if (info.kind === 'path' && openPaths.test(info.path)) return;
  // Everybody may ask about themselves.
  if (info.kind === 'resource' && !info.type.stored) return;
  const attributes = attributesOf(info);
  if (!context.authorizer.decide(identity, attributes).allowed)
    throw accessRefused(identity, attributes);
}

/** Serves one authorized request; undefined when it became a stream. */
export async function route(exchange: Exchange): Promise<Reply | undefined> {
  const { info } = exchange;
  if (info.kind === 'path') return answerPath(exchange.request, info);
  const resource: ResourceExchange = { ...exchange, info };
  if (info.type.namespaced && info.namespace === '' && !['list', 'watch'].includes(info.verb))
    throw methodNotAllowed();
  if (info.verb === 'create' && info.name !== '' && info.subresource === '')
    throw methodNotAllowed();
  return handlerFor(info)(resource);
}
