import type { IncomingMessage } from 'node:http';
import type { JsonObject, JsonValue } from '@millrace/core';
import { parse as parseYaml } from 'yaml';
import { isRecord } from '../store/json.ts';
import { badRequest, entityTooLarge, unsupportedMediaType } from '../store/status.ts';
import { decodeProtobuf, protobufType } from './protobuf.ts';

/** Largest body a real API server takes. */
const maxBodyBytes = 3 * 1024 * 1024;

/** The media type of a request's body, without parameters. */
export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

/** Reads a whole body. @throws ApiStatusError RequestEntityTooLarge beyond 3 MiB */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw entityTooLarge(maxBodyBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Parses JSON. */
export function parseJson(body: Buffer): JsonValue {
  try {
    return JSON.parse(body.toString('utf8')) as JsonValue;
  } catch (error) {
    throw badRequest(
      `the object provided is unrecognized (must be of type JSON): ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Parses YAML, which JSON is too, as Kubernetes reads it: version 1.1. */
export function parseYamlObject(body: Buffer): JsonObject {
  const text = body.toString('utf8');
  let value: JsonValue;
  try {
    value = (
      text.trimStart().startsWith('{') ? JSON.parse(text) : parseYaml(text, yaml)
    ) as JsonValue;
  } catch (error) {
    throw badRequest(
      `error converting YAML to JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return objectOf(value);
}

const yaml = { version: '1.1', merge: true } as const;

function objectOf(value: JsonValue): JsonObject {
  if (!isRecord(value)) throw badRequest('the body of the request must be a JSON object');
  return value;
}

/**
 * Reads an object in JSON or YAML, or in protobuf as far as kubectl needs it.
 * @throws ApiStatusError UnsupportedMediaType for any other content type
 */
export async function readObject(request: IncomingMessage): Promise<JsonObject> {
  const type = mediaType(request);
  if (type === protobufType) return decodeProtobuf(await readBody(request));
  if (type === 'application/yaml') return parseYamlObject(await readBody(request));
  if (type !== '' && type !== 'application/json')
    throw unsupportedMediaType('application/json, application/yaml');
  return objectOf(parseJson(await readBody(request)));
}
