import type { IncomingMessage } from 'node:http';
import type { JsonObject, JsonValue } from '@millrace/core';
import { parse } from 'yaml';
import { isRecord, text } from '../store/json.ts';
import { badRequest, entityTooLarge, unsupportedMediaType } from '../store/status.ts';
import { goJsonError, goKind, summary } from './go-json.ts';
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

/**
 * Parses JSON.
 * @param wrong - the refusal for what Go's decoder says
 */
export function parseJson(body: Buffer, wrong: (why: string) => Error = badRequest): JsonValue {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw wrong(goJsonError(text) ?? (error instanceof Error ? error.message : String(error)));
  }
}

const header =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

const untyped = (why: string): string => `couldn't get version/kind; json parse error: ${why}`;

/**
 * Parses an object in JSON; `null` is one without fields.
 * @param wrong - the refusal for what is wrong
 */
export const parseObject = (body: Buffer, wrong: (why: string) => Error): JsonObject =>
  objectOf(
    parseJson(body, (why) => wrong(untyped(why))),
    wrong,
  );

function objectOf(value: JsonValue, wrong: (why: string) => Error): JsonObject {
  if (value === null) return {};
  if (isRecord(value)) return value;
  throw wrong(untyped(`json: cannot unmarshal ${goKind(value)} into Go value of type ${header}`));
}

/**
 * Parses YAML, of which JSON is the part that needs no other parser, as Kubernetes reads it: version 1.1.
 * @param wrong - the refusal for what is wrong
 */
export function parseYaml(body: Buffer, wrong: (why: string) => Error): JsonValue {
  const source = body.toString('utf8');
  try {
    return JSON.parse(source) as JsonValue;
  } catch {
    // Then it is YAML.
  }
  try {
    return parse(source, { version: '1.1', merge: true }) as JsonValue;
  } catch (error) {
    // The lines that follow show the place once more.
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split(/:?\n/u);
    throw wrong(`yaml: ${why}`);
  }
}

/** What a body says that cannot be read as what is wanted. */
const unrecognized = (kind: string, body: Buffer, why: string): Error =>
  badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(body)})`,
  );

/** Media types of objects, as a real server lists them. */
export const objectMedia =
  'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** What can be watched besides. */
export const streamMedia =
  'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';

/**
 * Reads an object in JSON or YAML, or in protobuf as far as kubectl needs it.
 * @throws ApiStatusError UnsupportedMediaType for any other content type
 */
export async function readObject(request: IncomingMessage, kind = 'JSON'): Promise<JsonObject> {
  const type = mediaType(request);
  if (type === protobufType) return decodeProtobuf(await readBody(request));
  if (!['', 'application/json', 'application/yaml'].includes(type))
    throw unsupportedMediaType(objectMedia);
  const body = await readBody(request);
  const wrong = (why: string): Error => unrecognized(kind, body, why);
  const object =
    type === 'application/yaml'
      ? objectOf(parseYaml(body, wrong), wrong)
      : parseObject(body, wrong);
  const version = text(object, 'apiVersion');
  if (version.split('/').length > 2)
    throw unrecognized(kind, body, `unexpected GroupVersion string: ${version}`);
  return object;
}
