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
    if (field !== undefined) result[field.key] = decodeField(field, value, result[field.key]);
  }
  return result;
}

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
      return Number(value);
    case 'boolean':
      return value === 1n;
    case 'message':
      return decodeMessage(field.name ?? '', bytes);
    case 'messages':
      return [...list, decodeMessage(field.name ?? '', bytes)];
    case 'stringMap':
    case 'bytesMap': {
      const entry = new Map(entries(bytes));
      const content = entry.get(2) ?? new Uint8Array();
      const text = field.type === 'stringMap' ? utf8(content) : base64(content);
      return {
        ...(before as JsonObject | undefined),
        [utf8(entry.get(1) ?? new Uint8Array())]: text,
      };
    }
  }
}
