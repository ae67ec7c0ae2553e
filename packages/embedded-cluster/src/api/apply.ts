import type { JsonObject } from '@millrace/core';
import { badRequest, invalid, notFound, type FieldCause } from '../store/status.ts';
import { createFrom } from './create.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { asObjectOf } from './mutation.ts';
import { applyConfiguration } from './ownership/manage.ts';
import type { Manager } from './ownership/managers.ts';
import { managementOf } from './ownership/request-management.ts';
import { replace } from './update.ts';

/**
 * Serves server-side apply: creates what is not there, and else merges by who manages which field.
 * @throws ApiStatusError Conflict when others manage fields that would change
 */
export function apply(exchange: ResourceExchange, document: JsonObject): Reply {
  const { info, query, context } = exchange;
  checkPatchOptions(query, true);
  const config = asObjectOf(info, document);
  if (config.metadata['managedFields'] !== undefined)
    throw badRequest('metadata.managedFields must be nil');
  const management = {
    ...managementOf(exchange, 'Apply'),
    force: ['true', '1'].includes(query.get('force') ?? ''),
  };
  const key = { type: info.type, namespace: info.namespace, name: info.name };
  if (context.store.get(key) === undefined) {
    if (info.subresource !== '') throw notFound(info.type, info.name);
    const { managers } = applyConfiguration(undefined, config, management);
    const named = { ...config, metadata: { ...config.metadata, name: info.name } };
    return createFrom(exchange, named, () => managers);
  }
  let managers: readonly Manager[] = [];
  return replace(
    exchange,
    (before) => {
      const applied = applyConfiguration(before, config, management);
      managers = applied.managers;
      return asObjectOf(info, applied.object);
    },
    () => managers,
  );
}

/** @throws ApiStatusError Invalid for options that do not belong to the kind of patch */
export function checkPatchOptions(query: URLSearchParams, applies: boolean): void {
  const causes: FieldCause[] = [];
  if (applies && (query.get('fieldManager') ?? '') === '')
    causes.push({
      reason: 'FieldValueRequired',
      field: 'fieldManager',
      message: 'Required value: is required for apply patch',
    });
  if (!applies && query.has('force'))
    causes.push({
      reason: 'FieldValueForbidden',
      field: 'force',
      message: 'Forbidden: may not be specified for non-apply patch',
    });
  if (causes.length > 0)
    throw invalid(
      { group: 'meta.k8s.io', plural: 'patchoptions', kind: 'PatchOptions' },
      '',
      causes,
    );
}
