import type { KubeObject } from '@millrace/core';
import type { StoreKey } from '../contracts.ts';
import { modifiedMeanwhile, notFound } from '../store/status.ts';
import { admitUpdate } from './admission/admit.ts';
import { readObject } from './body.ts';
import { warningHeaders } from './create.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { asObjectOf, isDryRun } from './mutation.ts';
import { updatingManagers, type Managers } from './ownership/request-management.ts';
import { representationFor } from './representation.ts';

/** Serves PUT of an object or of its status. */
export async function update(exchange: ResourceExchange): Promise<Reply> {
  const sent = asObjectOf(exchange.info, await readObject(exchange.request));
  return replace(exchange, () => sent);
}

/** Replaces an object by what `change` makes of it, with everything that guards an update. */
export function replace(
  exchange: ResourceExchange,
  change: (before: KubeObject) => KubeObject,
  managers: Managers = updatingManagers(exchange),
): Reply {
  const { request, info, query, context, identity } = exchange;
  const representation = representationFor(info.type, request, query, context.clock);
  const key: StoreKey = { type: info.type, namespace: info.namespace, name: info.name };
  let warnings: readonly string[] = [];
  const apply = (before: KubeObject): KubeObject => {
    const sent = change(before);
    checkIdentity(key, before, sent);
    const admitted = admitUpdate(
      {
        ...context,
        type: info.type,
        identity,
        fieldValidation: query.get('fieldValidation') ?? 'Warn',
        managers,
      },
      before,
      sent,
      info.subresource,
    );
    warnings = admitted.warnings;
    return admitted.object;
  };
  const updated = isDryRun(query)
    ? apply(existing(exchange, key))
    : context.store.update(key, apply);
  return { code: 200, body: representation.object(updated), headers: warningHeaders(warnings) };
}

function existing(exchange: ResourceExchange, key: StoreKey): KubeObject {
  const found = exchange.context.store.get(key);
  if (found === undefined) throw notFound(key.type, key.name);
  return found;
}

/** The version and uid that a client sends must be those of the object it means. */
function checkIdentity(key: StoreKey, before: KubeObject, sent: KubeObject): void {
  const { resourceVersion, uid } = sent.metadata;
  if (
    resourceVersion !== undefined &&
    resourceVersion !== '' &&
    resourceVersion !== before.metadata.resourceVersion
  )
    throw modifiedMeanwhile(key.type, key.name);
  if (uid !== undefined && uid !== '' && uid !== before.metadata.uid)
    throw modifiedMeanwhile(key.type, key.name);
}
