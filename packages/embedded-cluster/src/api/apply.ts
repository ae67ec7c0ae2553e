import type { JsonValue } from '@millrace/core';
import { isRecord } from '../store/json.ts';
import { badRequest, notFound } from '../store/status.ts';
import { parseYaml } from './body.ts';
import { goKind } from './go-json.ts';
import { createFrom } from './create.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { asObjectOf } from './mutation.ts';
import { applyConfiguration } from './ownership/manage.ts';
import type { Manager } from './ownership/managers.ts';
import { managementOf } from './ownership/request-management.ts';
import { replace } from './update.ts';

/** What is sent, as YAML. @throws ApiStatusError BadRequest */
export const readConfiguration = (body: Buffer): JsonValue =>
  parseYaml(body, (why) => undecodable(`error converting YAML to JSON: ${why}`));

const undecodable = (why: string): Error => badRequest(`error decoding YAML: ${why}`);

/**
 * Serves server-side apply: creates what is not there, and else merges by who manages which field.
 * @throws ApiStatusError Conflict when others manage fields that would change
 */
export function apply(exchange: ResourceExchange, document: JsonValue): Reply {
  const { info, query, context } = exchange;
  if (document === null) throw badRequest('invalid object type: /, Kind=');
  if (!isRecord(document))
    throw undecodable(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${goKind(document)} into Go value of type map[string]interface {}`,
    );
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
