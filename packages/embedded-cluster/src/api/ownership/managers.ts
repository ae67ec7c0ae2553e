import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { record, text } from '../../store/json.ts';
import { decodeFields, encodeFields, isNoFields, type FieldSet } from './field-set.ts';

/** Who manages fields, and how it came to that. */
export interface ManagerName {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
}

/** A manager and its fields. */
export interface Manager extends ManagerName {
  readonly time: string;
  readonly fields: FieldSet;
}

/** Whether two names mean the same manager. Who applies is the same in whatever version it does. */
export const sameManager = (left: ManagerName, right: ManagerName): boolean =>
  left.manager === right.manager &&
  left.operation === right.operation &&
  left.subresource === right.subresource &&
  (left.operation === 'Apply' || left.apiVersion === right.apiVersion);

/** Reads `metadata.managedFields`. */
export function decodeManagers(entries: JsonValue | undefined): readonly Manager[] {
  const list: readonly JsonValue[] = Array.isArray(entries) ? entries : [];
  return list
    .map((entry): Manager => ({
      manager: text(entry, 'manager'),
      operation: text(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
      apiVersion: text(entry, 'apiVersion'),
      subresource: text(entry, 'subresource'),
      time: text(entry, 'time'),
      fields: decodeFields(record(entry, 'fieldsV1')),
    }))
    .filter(({ fields }) => !isNoFields(fields));
}

const order = (manager: Manager): string =>
  JSON.stringify([manager.operation, manager.time, manager.manager, manager.subresource]);

/** Writes `metadata.managedFields`: who applies comes first, then by time. Managers without fields are left out. */
function encodeManagers(managers: readonly Manager[]): readonly JsonObject[] {
  return managers
    .filter(({ fields }) => !isNoFields(fields))
    .toSorted((left, right) => (order(left) < order(right) ? -1 : 1))
    .map(({ apiVersion, fields, manager, operation, subresource, time }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === '' ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: encodeFields(fields),
      ...(subresource === '' ? {} : { subresource }),
    }));
}

/** The object with managers, or without any. */
export function withManagers(object: KubeObject, managers: readonly Manager[]): KubeObject {
  const { managedFields: _before, ...metadata } = object.metadata;
  const entries = encodeManagers(managers);
  return {
    ...object,
    metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries },
  };
}
