import type { JsonObject, KubeObject } from '@millrace/core';
import { record, stringMap, text } from '../../store/json.ts';
import { badRequest } from '../../store/status.ts';
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
    throw badRequest('Secret in version "v1" cannot be handled as a Secret: illegal base64 data');
  const data: JsonObject = { ...record(sent, 'data'), ...encoded };
  return {
    ...rest,
    ...(Object.keys(data).length === 0 ? {} : { data }),
    type: text(sent, 'type') || 'Opaque',
  };
}

const keyPattern = /^[-._a-zA-Z0-9]+$/u;
const maxDataBytes = 1024 * 1024;

/** Keys each kind of secret must have. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** Checks keys, size and the keys its type requires. */
export function validateSecret(errors: FieldErrors, secret: KubeObject, before?: KubeObject): void {
  checkData(errors, record(secret, 'data'), 'data');
  const type = text(secret, 'type');
  for (const key of requiredKeys[type] ?? []) {
    if (record(secret, 'data')[key] === undefined) errors.required(`data[${key}]`);
  }
  if (before !== undefined && text(before, 'type') !== type)
    errors.invalid('type', type, 'field is immutable');
}

/** Checks both halves of a config map. */
export function validateConfigMap(errors: FieldErrors, map: KubeObject): void {
  checkData(errors, { ...record(map, 'data'), ...record(map, 'binaryData') }, 'data');
}

function checkData(errors: FieldErrors, data: JsonObject, field: string): void {
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    if (!keyPattern.test(key) || key.length > 253) {
      errors.invalid(
        `${field}[${key}]`,
        key,
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      );
    }
    size += typeof value === 'string' ? Buffer.byteLength(value) : 0;
  }
  if (size > maxDataBytes * 1.4)
    errors.invalid(field, '', `Too long: may not be more than ${maxDataBytes} bytes`);
}
