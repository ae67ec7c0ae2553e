import type { KubeObject } from '@millrace/core';
import type { StoreKey } from '../contracts.ts';
import {
  badRequest,
  conflict,
  internalError,
  invalid,
  modifiedMeanwhile,
  notFound,
} from '../store/status.ts';
import { admitUpdate } from './admission/admit.ts';
import { readObject } from './body.ts';
import { warningHeaders } from './create.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { asObjectOf, isDryRun } from './mutation.ts';
import { updatingManagers, type Managers } from './ownership/request-management.ts';
import { given } from './query-values.ts';
import { representationFor } from './representation.ts';

/** Serves PUT of an object or of its status. */
export async function update(exchange: ResourceExchange): Promise<Reply> {
  const sent = asObjectOf(
    exchange.info,
    await readObject(exchange.request, exchange.info.type.kind),
  );
  if ((sent.metadata.name ?? '') === '')
    throw badRequest(
      `the name of the object (${exchange.info.name} based on URL) was undeterminable: name must be provided`,
    );
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
  const dryRun = isDryRun(query, request.method === 'PATCH' ? 'PatchOptions' : 'UpdateOptions');
  const apply = (before: KubeObject): KubeObject => {
    const sent = change(before);
    checkIdentity(key, before, sent, request.method === 'PATCH');
    const admitted = admitUpdate(
      {
        ...context,
        type: info.type,
        identity,
        fieldValidation: given(query, 'fieldValidation') ?? 'Warn',
        managers,
      },
      before,
      sent,
      info.subresource,
    );
    warnings = admitted.warnings;
    return admitted.object;
  };
  const updated = dryRun ? apply(existing(exchange, key)) : context.store.update(key, apply);
  return { code: 200, body: representation.object(updated), headers: warningHeaders(warnings) };
}

function existing(exchange: ResourceExchange, key: StoreKey): KubeObject {
  const found = exchange.context.store.get(key);
  if (found === undefined) throw notFound(key.type, key.name);
  return found;
}

/** The version and uid that a client sends must be those of the object it means. */
function checkIdentity(
  key: StoreKey,
  before: KubeObject,
  sent: KubeObject,
  patching: boolean,
): void {
  const { resourceVersion, uid } = sent.metadata;
  if (resourceVersion !== undefined && resourceVersion !== '' && !/^\d+$/u.test(resourceVersion))
    throw internalError(
      `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`,
      { plain: true },
    );
  if (
    resourceVersion !== undefined &&
    resourceVersion !== '' &&
    resourceVersion !== before.metadata.resourceVersion
  )
    throw modifiedMeanwhile(key.type, key.name);
  if (uid === undefined || uid === '' || uid === before.metadata.uid) return;
  if (patching)
    throw invalid(key.type, key.name, [
      {
        reason: 'FieldValueInvalid',
        field: 'metadata.uid',
        message: `Invalid value: ${JSON.stringify(uid)}: field is immutable`,
      },
    ]);
  const path = [key.type.plural, key.namespace, key.name].filter((part) => part !== '').join('/');
  throw conflict(
    key.type,
    key.name,
    `StorageError: invalid object, Code: 4, Key: /registry/${path}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid ?? ''}`,
  );
}
