import type { JsonValue, KubeObject } from '@millrace/core';
import { isObjectType } from '@millrace/kube-objects';
import { isRecord } from '../../store/json.ts';
import { timestamp } from '../../store/object-meta.ts';
import { apiVersionOf } from '../../store/resource-types.ts';
import type { ResourceExchange } from '../exchange.ts';
import { managersAfterUpdate, type Management } from './manage.ts';
import { decodeManagers, type Manager, type ManagerName } from './managers.ts';

/** Longest name of a manager. */
const longestName = 128;

/** Tells who manages an object once a request has made it what it is. */
export type Managers = (
  before: KubeObject | undefined,
  after: KubeObject,
  sent: JsonValue | undefined,
) => readonly Manager[];

/** Who sends a request, as a manager: by `fieldManager`, or by the first word of the client's name. */
export function managementOf(
  { request, query, info, context }: ResourceExchange,
  operation: ManagerName['operation'],
): Management {
  const agent = request.headers['user-agent']?.split('/')[0] ?? '';
  const named = query.get('fieldManager') ?? '';
  return {
    name: {
      manager: (named === '' ? agent : named).slice(0, longestName),
      operation,
      apiVersion: apiVersionOf(info.type),
      subresource: info.subresource,
    },
    typeName: info.type.kind,
    now: timestamp(context.clock.now()),
  };
}

/** Managers after a create, an update or a patch. */
export function updatingManagers(exchange: ResourceExchange): Managers {
  const management = managementOf(exchange, 'Update');
  const { type, subresource } = exchange.info;
  return (before, after, sent) => {
    if (!isObjectType(type.kind)) return [];
    if (before === undefined) return managersAfterUpdate({}, after, [], management);
    const known = subresource === '' ? sentManagers(sent) : undefined;
    const managers = known ?? decodeManagers(before.metadata['managedFields']);
    // What nobody has managed from the beginning, nobody manages until somebody applies it.
    return managers.length === 0 ? [] : managersAfterUpdate(before, after, managers, management);
  };
}

/** Managers that a client writes itself; an empty list, or one with an empty entry, means none. */
function sentManagers(sent: JsonValue | undefined): readonly Manager[] | undefined {
  if (!Array.isArray(sent)) return undefined;
  const list: readonly JsonValue[] = sent;
  const [first] = list;
  const none =
    list.length === 0 || (list.length === 1 && isRecord(first) && Object.keys(first).length === 0);
  if (none) return [];
  const managers = decodeManagers(list);
  return managers.length === 0 ? undefined : managers;
}
