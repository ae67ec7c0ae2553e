import type { JsonObject, KubeObject, ObjectMeta } from '@millrace/core';
import { at, compact, sameJson } from '../../store/json.ts';
import { namespaceType } from '../../store/resource-types.ts';
import { failure, forbidden, invalid, notFound } from '../../store/status.ts';
import { withManagers } from '../ownership/managers.ts';
import type { AdmissionContext } from './context.ts';
import { collectFieldErrors } from './field-errors.ts';
import { checkObjectMeta } from './names.ts';
import { pruneUnknown } from './prune.ts';
import { strategies } from './strategies.ts';

/** An object as it will be stored, with what the client should be told. */
export interface Admitted {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** Everything between reading a new object and storing it: decoding, defaults, rules of the cluster, validation. */
export function admitCreate(context: AdmissionContext, sent: KubeObject): Admitted {
  const { type } = context;
  const { object, warnings } = pruneUnknown(type, sent, context.fieldValidation);
  const metadata: ObjectMeta = dropServerFields(object.metadata);
  checkNamespace(context, { ...object, metadata });
  const strategy = strategies[type.plural];
  const decoded = { ...object, metadata };
  const prepared = strategy?.create?.(context, decoded) ?? decoded;
  validate(context, prepared);
  strategy?.admitted?.(context, prepared);
  // What the cluster adds to a new object belongs to nobody.
  const sentWithDefaults = strategy?.defaults?.(decoded) ?? decoded;
  const managers = context.managers(undefined, sentWithDefaults, undefined);
  return { object: withManagers(prepared, managers), warnings };
}

/** The same for a replacement; a status update changes nothing but the status, any other everything but it. */
export function admitUpdate(
  context: AdmissionContext,
  before: KubeObject,
  sent: KubeObject,
  subresource: string,
): Admitted {
  const { object, warnings } = pruneUnknown(context.type, sent, context.fieldValidation);
  const metadata = keepServerFields(before.metadata, object.metadata);
  const managed = (after: KubeObject): Admitted => ({
    object: withManagers(after, context.managers(before, after, sent.metadata['managedFields'])),
    warnings,
  });
  if (subresource === 'status')
    return managed({
      ...before,
      metadata,
      ...(object['status'] === undefined ? {} : { status: object['status'] }),
    });
  const hasStatus = context.type.subresources.includes('status');
  const merged: KubeObject = {
    ...object,
    metadata,
    ...(hasStatus ? { status: before['status'] } : {}),
  };
  const complete = compact(merged) as KubeObject;
  const prepared = strategies[context.type.plural]?.update?.(context, before, complete) ?? complete;
  checkImmutable(context, before, prepared);
  validate(context, prepared, before);
  return managed(prepared);
}

function validate(context: AdmissionContext, object: KubeObject, before?: KubeObject): void {
  const errors = collectFieldErrors();
  checkObjectMeta(errors, context.type, object.metadata);
  strategies[context.type.plural]?.validate?.(errors, object, before);
  if (errors.causes.length > 0)
    throw invalid(context.type, object.metadata.name ?? '', errors.causes);
}

function checkNamespace(context: AdmissionContext, object: KubeObject): void {
  const { type, store } = context;
  if (!type.namespaced) return;
  const name = object.metadata.namespace ?? '';
  const namespace = store.get({ type: namespaceType, namespace: '', name });
  if (namespace === undefined) throw notFound(namespaceType, name);
  if (namespace.metadata.deletionTimestamp === undefined) return;
  const message = `unable to create new content in namespace ${name} because it is being terminated`;
  const { status } = forbidden(type, object.metadata.name ?? '', message);
  const causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${name} is being terminated`,
      field: 'metadata.namespace',
    },
  ];
  throw failure(403, 'Forbidden', status.message, {
    ...(at(status, 'details') as JsonObject),
    causes,
  });
}

/** Secrets and config maps marked immutable keep their data. */
function checkImmutable(context: AdmissionContext, before: KubeObject, after: KubeObject): void {
  if (before['immutable'] !== true) return;
  const changed = ['data', 'stringData', 'binaryData', 'immutable'].filter(
    (field) => !sameJson(before[field], after[field]),
  );
  if (changed.length === 0) return;
  throw invalid(
    context.type,
    before.metadata.name ?? '',
    changed.map((field) => ({
      reason: 'FieldValueForbidden',
      message: 'Forbidden: field is immutable when `immutable` is set',
      field,
    })),
  );
}

/** Fields that only the server sets. */
const serverFields = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'managedFields',
  'selfLink',
];

function dropServerFields(metadata: ObjectMeta): ObjectMeta {
  return Object.fromEntries(
    Object.entries(metadata).filter(
      ([key, value]) => !serverFields.includes(key) && value !== null,
    ),
  );
}

/** A client cannot change them either, and may leave them out. */
function keepServerFields(before: ObjectMeta, sent: ObjectMeta): ObjectMeta {
  const kept = Object.fromEntries(
    [...serverFields, 'name', 'namespace', 'generateName']
      .filter((key) => before[key] !== undefined)
      .map((key) => [key, before[key]]),
  );
  return compact({ ...dropServerFields(sent), ...kept });
}
