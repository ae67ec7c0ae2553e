import type { KubeObject } from '@millrace/core';
import { randomUUID } from 'node:crypto';
import { freeName } from '../store/generate-name.ts';
import { keyOf, timestamp } from '../store/object-meta.ts';
import { alreadyExists } from '../store/status.ts';
import { admitCreate } from './admission/admit.ts';
import { readObject } from './body.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { asObjectOf, isDryRun } from './mutation.ts';
import { updatingManagers, type Managers } from './ownership/request-management.ts';
import { representationFor } from './representation.ts';

/** Serves POST to a collection. */
export async function create(exchange: ResourceExchange): Promise<Reply> {
  const { request, info } = exchange;
  return createFrom(exchange, asObjectOf(info, await readObject(request)));
}

/** Creates an object that has been read already; server-side apply comes here too, with managers of its own. */
export function createFrom(
  exchange: ResourceExchange,
  sent: KubeObject,
  managers: Managers = updatingManagers(exchange),
): Reply {
  const { request, info, query, context } = exchange;
  const representation = representationFor(info.type, request, query, context.clock);
  const dryRun = isDryRun(query);
  const named = withName(exchange, sent);
  const { object, warnings } = admitCreate(
    {
      ...context,
      type: info.type,
      identity: exchange.identity,
      fieldValidation: query.get('fieldValidation') ?? 'Warn',
      managers,
    },
    named,
  );
  const created = dryRun ? rehearse(exchange, object) : context.store.create(info.type, object);
  return { code: 201, body: representation.object(created), headers: warningHeaders(warnings) };
}

/** `Warning` headers as RFC 7234 and kubectl have them. */
export function warningHeaders(warnings: readonly string[]): Readonly<Record<string, string>> {
  return warnings.length === 0
    ? {}
    : { Warning: warnings.map((warning) => `299 - ${JSON.stringify(warning)}`).join(', ') };
}

function withName(exchange: ResourceExchange, object: KubeObject): KubeObject {
  const { type, namespace } = exchange.info;
  const { name, generateName } = object.metadata;
  if ((name !== undefined && name !== '') || typeof generateName !== 'string') return object;
  const taken = (candidate: string): boolean =>
    exchange.context.store.get({ type, namespace, name: candidate }) !== undefined;
  return { ...object, metadata: { ...object.metadata, name: freeName(generateName, taken) } };
}

/** What a dry run answers: everything but a version. */
function rehearse(exchange: ResourceExchange, object: KubeObject): KubeObject {
  const { store, clock } = exchange.context;
  const { type } = exchange.info;
  if (store.get(keyOf(type, object)) !== undefined)
    throw alreadyExists(type, object.metadata.name ?? '');
  return {
    ...object,
    metadata: { ...object.metadata, uid: randomUUID(), creationTimestamp: timestamp(clock.now()) },
  };
}
