import type { JsonObject, KubeObject } from '@millrace/core';
import { record, stringMap, text } from '../../store/json.ts';
import { badRequest } from '../../store/status.ts';
import { goJsonError } from '../go-json.ts';
import type { FieldErrors } from './field-errors.ts';

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;

/** Moves `stringData` into `data`, encoded; it is write-only. @throws ApiStatusError BadRequest for data that is not base64 */
export function prepareSecret(sent: KubeObject): KubeObject {
  const { stringData: _stringData, ...rest } = sent;
  const encoded = Object.fromEntries(
    Object.entries(stringMap(sent, 'stringData')).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]),
  );
  const broken = Object.values(stringMap(sent, 'data')).find(
    (value) => !base64.test(value.replaceAll(/[\r\n]/gu, '')),
  );
  if (broken !== undefined)
    throw badRequest(
      `Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte ${wrongByte(broken)}`,
    );
  const data: JsonObject = { ...record(sent, 'data'), ...encoded };
  return {
    ...rest,
    ...(Object.keys(data).length === 0 ? {} : { data }),
    type: text(sent, 'type') || 'Opaque',
  };
}

/** Where Go's decoder stumbles: at the first sign that is none of base64, or at the group that is not complete. */
function wrongByte(value: string): number {
  const foreign = value.search(/[^A-Za-z0-9+/=\r\n]/u);
  if (foreign !== -1) return foreign;
  const padding = value.indexOf('=');
  const end = padding === -1 ? value.length : padding;
  return padding === -1 ? end - (end % 4) : end;
}

const keyPattern = /^[-._a-zA-Z0-9]+$/u;
const maxDataBytes = 1024 * 1024;

/** Keys each kind of secret must have. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/basic-auth': ['username', 'password'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

const accountName = 'kubernetes.io/service-account.name';

/** Checks keys, size and the keys its type requires. */
export function validateSecret(errors: FieldErrors, secret: KubeObject, before?: KubeObject): void {
  const data = stringMap(secret, 'data');
  const size = checkKeys(errors, data, 'data', (value) => Buffer.byteLength(value, 'base64'));
  if (size > maxDataBytes) errors.tooLong('data', maxDataBytes);
  const type = text(secret, 'type');
  const keys = requiredKeys[type] ?? [];
  const lacking = keys.filter((key) => data[key] === undefined);
  // Of name and password one is enough.
  if (type !== 'kubernetes.io/basic-auth' || lacking.length === keys.length)
    for (const key of lacking) errors.required(`data[${key}]`);
  for (const key of keys)
    if (key.startsWith('.docker') && data[key] !== undefined) checkDocker(errors, key, data[key]);
  if (
    type === 'kubernetes.io/service-account-token' &&
    (secret.metadata.annotations?.[accountName] ?? '') === ''
  )
    errors.required(`metadata.annotations[${accountName}]`);
  if (before !== undefined && text(before, 'type') !== type)
    errors.invalid('type', type, 'field is immutable');
}

function checkDocker(errors: FieldErrors, key: string, value: string): void {
  const wrong = goJsonError(Buffer.from(value, 'base64').toString());
  if (wrong !== undefined) errors.invalid(`data[${key}]`, '<secret contents redacted>', wrong);
}

/** Checks both halves of a config map. */
export function validateConfigMap(errors: FieldErrors, map: KubeObject): void {
  const [data, binary] = [stringMap(map, 'data'), stringMap(map, 'binaryData')];
  const texts = checkKeys(errors, data, 'data', (value) => Buffer.byteLength(value));
  for (const key of Object.keys(data).toSorted())
    if (binary[key] !== undefined)
      errors.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
  const bytes = checkKeys(errors, binary, 'binaryData', (value) =>
    Buffer.byteLength(value, 'base64'),
  );
  // It is the whole that is too large, which has no name.
  if (texts + bytes > maxDataBytes) errors.tooLong('[]', maxDataBytes);
}

/** @returns the size of the values in bytes */
function checkKeys(
  errors: FieldErrors,
  data: Readonly<Record<string, string>>,
  field: string,
  sizeOf: (value: string) => number,
): number {
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    for (const complaint of keyErrors(key)) errors.invalid(`${field}[${key}]`, key, complaint);
    size += sizeOf(value);
  }
  return size;
}

function keyErrors(key: string): readonly string[] {
  const errors: string[] = [];
  if (key.length > 253) errors.push('must be no more than 253 characters');
  if (!keyPattern.test(key))
    errors.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  if (key === '.' || key === '..') errors.push(`must not be '${key}'`);
  else if (key.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}
