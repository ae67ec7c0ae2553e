import type { JsonObject, JsonValue } from '@millrace/core';
import { badRequest, unsupportedMediaType } from '../store/status.ts';
import { protobufMessages, type ProtobufField } from './protobuf-messages.ts';

/** Media type of Kubernetes' protobuf encoding. */
export const protobufType = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0');
const malformed = (): Error =>
  badRequest('the object provided is unrecognized: malformed protobuf');

/**
 * Reads an object in Kubernetes' protobuf envelope.
 * @throws ApiStatusError UnsupportedMediaType for a kind whose message is not known, BadRequest when malformed
 */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, magic.length).equals(magic)) throw malformed();
  let raw: Uint8Array = Buffer.alloc(0);
  let [apiVersion, kind] = ['', ''];
  for (const [number, value] of entries(body.subarray(magic.length))) {
    if (typeof value === 'bigint') continue;
    if (number === 2) raw = value;
    if (number !== 1) continue;
    for (const [part, text] of entries(value)) {
      if (part === 1) apiVersion = utf8(text);
      if (part === 2) kind = utf8(text);
    }
  }
  if (protobufMessages[kind] === undefined)
    throw unsupportedMediaType(`application/json (protobuf of ${kind} is not understood)`);
  return { apiVersion, kind, ...decodeMessage(kind, raw) };
}

type Wire = Uint8Array | bigint;

/** Field numbers and undecoded values of a message, in order. Fixed-width fields occur in none of ours. */
function* entries(data: Uint8Array): Generator<readonly [number: number, value: Wire]> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = data[at];
      if (byte === undefined) throw malformed();
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw malformed();
  };
  while (at < data.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    if ((tag & 7) === 0) yield [number, varint()];
    else if ((tag & 7) === 2) {
      const length = Number(varint());
      if (length < 0 || at + length > data.length) throw malformed();
      yield [number, data.subarray(at, at + length)];
      at += length;
    } else throw malformed();
  }
}

const utf8 = (value: Wire): string =>
  typeof value === 'bigint' ? '' : Buffer.from(value).toString('utf8');

const base64 = (value: Wire): string =>
  typeof value === 'bigint' ? '' : Buffer.from(value).toString('base64');

function decodeMessage(name: string, data: Uint8Array): JsonObject {
  const fields = protobufMessages[name];
  const result: Record<string, JsonValue> = {};
  for (const [number, value] of entries(data)) {
    const field = fields?.get(number);
    if (field === undefined || isSilent(field, value)) continue;
    result[field.key] = decodeField(field, value, result[field.key]);
  }
  return result;
}

/** Whether a field says no more than its absence would. */
const isSilent = ({ type }: ProtobufField, value: Wire): boolean =>
  typeof value === 'bigint'
    ? value === 0n && (type === 'count' || type === 'flag')
    : value.length === 0 && type === 'string';

/** @param before - what earlier occurrences of a repeated field have given */
function decodeField(field: ProtobufField, value: Wire, before: JsonValue | undefined): JsonValue {
  const list: readonly JsonValue[] = Array.isArray(before) ? before : [];
  const bytes = typeof value === 'bigint' ? new Uint8Array() : value;
  switch (field.type) {
    case 'string':
      return utf8(value);
    case 'strings':
      return [...list, utf8(value)];
    case 'integer':
    case 'count':
      return Number(value);
    case 'boolean':
    case 'flag':
      return value === 1n;
    case 'intOrString':
      return decodeIntOrString(bytes);
    case 'message':
      return decodeMessage(field.name ?? '', bytes);
    case 'messages':
      return [...list, decodeMessage(field.name ?? '', bytes)];
    case 'stringMap':
    case 'bytesMap':
    case 'quantityMap': {
      const entry = new Map(entries(bytes));
      const content = entry.get(2) ?? new Uint8Array();
      return {
        ...(before as JsonObject | undefined),
        [utf8(entry.get(1) ?? new Uint8Array())]: decodeMapValue(field.type, content),
      };
    }
  }
}

function decodeMapValue(type: 'stringMap' | 'bytesMap' | 'quantityMap', content: Wire): string {
  if (type === 'stringMap') return utf8(content);
  if (type === 'bytesMap') return base64(content);
  // A quantity is a message whose one field is its text.
  const quantity = new Map(entries(typeof content === 'bigint' ? new Uint8Array() : content));
  return utf8(quantity.get(1) ?? new Uint8Array());
}

/** Says itself which of the two it is: 0 a number in field 2, 1 a text in field 3. */
function decodeIntOrString(bytes: Uint8Array): JsonValue {
  const parts = new Map(entries(bytes));
  return parts.get(1) === 1n ? utf8(parts.get(3) ?? new Uint8Array()) : Number(parts.get(2) ?? 0n);
}
