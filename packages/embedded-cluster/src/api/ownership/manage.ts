import type { JsonObject, KubeObject } from '@millrace/core';
import { sameJson } from '../../store/json.ts';
import { failure } from '../../store/status.ts';
import { changedFields, compareFields, ignoring, type Comparison } from './compare-fields.ts';
import {
  decodeFields,
  differenceOf,
  fieldPaths,
  intersectionOf,
  isNoFields,
  noFields,
  sameFields,
  unionOf,
  withoutBelow,
  type FieldSet,
} from './field-set.ts';
import { allowedByClientSideApply, withLastApplied } from './last-applied.ts';
import { decodeManagers, sameManager, type Manager, type ManagerName } from './managers.ts';
import { mergeApplied, removeFields } from './merge-applied.ts';
import { ownedFields, withStructs } from './owned-fields.ts';
import { structOf } from './shape.ts';

/** Somebody changes an object. */
export interface Management {
  readonly name: ManagerName;
  /** Kind of the object, whose fields are known. */
  readonly typeName: string;
  /** As the API writes it. */
  readonly now: string;
}

/** Fields that nobody manages: the server's own, and on each endpoint those that it does not change. */
const neverManaged = decodeFields({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    'f:creationTimestamp': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:name': {},
    'f:namespace': {},
    'f:resourceVersion': {},
    'f:selfLink': {},
    'f:uid': {},
  },
});
const ignoredIn = (subresource: string): FieldSet =>
  decodeFields(
    subresource === 'status'
      ? { 'f:spec': {}, 'f:metadata': { 'f:deletionTimestamp': {}, 'f:ownerReferences': {} } }
      : { 'f:status': {} },
  );

/** `metadata` itself is on the way to fields, and none. */
const manageable = (set: FieldSet, subresource: string): FieldSet =>
  differenceOf(
    withoutBelow(withoutBelow(set, neverManaged), ignoredIn(subresource)),
    decodeFields({ 'f:metadata': {} }),
  );

function difference(
  before: JsonObject,
  after: JsonObject,
  { name, typeName }: Management,
): Comparison {
  const comparison = compareFields(before, after, structOf(typeName));
  return ignoring(ignoring(comparison, neverManaged), ignoredIn(name.subresource));
}

/** The managers after an object has become another: who changed it has the changed fields, and nobody else. */
export function managersAfterUpdate(
  before: JsonObject,
  after: JsonObject,
  managers: readonly Manager[],
  management: Management,
): readonly Manager[] {
  const { name, now } = management;
  const comparison = difference(before, after, management);
  const changed = manageable(changedFields(comparison), name.subresource);
  const lost = unionOf(changedFields(comparison), comparison.removed);
  const others = managers
    .filter((manager) => !sameManager(manager, name))
    .map((manager) => ({ ...manager, fields: differenceOf(manager.fields, lost) }));
  const own = managers.find((manager) => sameManager(manager, name));
  const kept = differenceOf(own?.fields ?? noFields, comparison.removed);
  const fields = unionOf(kept, changed);
  const time = isNoFields(changed) ? (own?.time ?? now) : now;
  return [...others, { ...name, time, fields }];
}

/** What applying a configuration makes of an object. */
export interface Applied {
  readonly object: JsonObject;
  readonly managers: readonly Manager[];
}

/**
 * Applies a configuration: its fields get its values and its manager, fields that the same manager applied before and
 * nobody else has are removed.
 * @param live - undefined when there is no object yet
 * @throws ApiStatusError Conflict when others manage fields that would change, unless `force`d
 */
export function applyConfiguration(
  live: KubeObject | undefined,
  config: JsonObject,
  management: Management & { readonly force: boolean },
): Applied {
  const { name, typeName, now, force } = management;
  const shape = structOf(typeName);
  const before: JsonObject = live ?? {};
  const managers = managersOf(live, management);
  const last = managers.find((manager) => sameManager(manager, name));
  const others = managers.filter((manager) => manager !== last);
  const said = ownedFields(config, shape);
  const fields = manageable(said, name.subresource);
  const managed = others.reduce((all, manager) => unionOf(all, manager.fields), said);
  const dropped = differenceOf(
    withStructs(last?.fields ?? noFields, shape),
    withStructs(managed, shape),
  );
  const merged = removeFields(mergeApplied(before, config, shape), dropped, shape) as JsonObject;
  const comparison = difference(before, merged, management);
  const changed = changedFields(comparison);
  const claimed = others.map((manager) => intersectionOf(manager.fields, changed));
  if (!force) {
    const allowed = name.manager === 'kubectl' ? allowedByClientSideApply(live, shape) : noFields;
    refuseConflicts(
      others,
      claimed.map((set) => differenceOf(set, allowed)),
    );
  }
  const lost = unionOf(changed, comparison.removed);
  const object = withLastApplied(live, merged, config, name.manager);
  const same = last !== undefined && sameFields(last.fields, fields) && sameJson(before, object);
  return {
    object,
    managers: [
      ...others.map((manager) => ({ ...manager, fields: differenceOf(manager.fields, lost) })),
      { ...name, time: same ? last.time : now, fields },
    ],
  };
}

/** An object that nobody has managed so far belongs to whoever made it, whose name nobody knows. */
function managersOf(live: KubeObject | undefined, management: Management): readonly Manager[] {
  const managers = decodeManagers(live?.metadata['managedFields']);
  if (live === undefined || managers.length > 0) return managers;
  const name = { ...management.name, manager: 'before-first-apply', operation: 'Update' } as const;
  return managersAfterUpdate({}, live, [], { ...management, name });
}

function refuseConflicts(managers: readonly Manager[], claimed: readonly FieldSet[]): void {
  const conflicts = managers.flatMap((manager, index) =>
    fieldPaths(claimed[index] ?? noFields).map((path) => ({ who: described(manager), path })),
  );
  if (conflicts.length === 0) return;
  const [first] = conflicts;
  const names = [...new Set(conflicts.map(({ who }) => who))].toSorted();
  const listed = names.flatMap((who) => [
    `conflicts with ${who}:`,
    ...conflicts.filter((conflict) => conflict.who === who).map(({ path }) => `- ${path}`),
  ]);
  throw failure(
    409,
    'Conflict',
    conflicts.length === 1
      ? `Apply failed with 1 conflict: conflict with ${first?.who ?? ''}: ${first?.path ?? ''}`
      : `Apply failed with ${conflicts.length} conflicts: ${listed.join('\n')}`,
    {
      causes: conflicts.map(({ who, path }) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${who}`,
        field: path,
      })),
    },
  );
}

function described({ manager, operation, apiVersion, subresource }: Manager): string {
  const where = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  const how = operation === 'Update' ? ` using ${apiVersion}` : '';
  return `${JSON.stringify(manager)}${where}${how}`;
}
