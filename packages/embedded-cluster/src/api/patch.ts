import { isRunnerError, type JsonValue, type KubeObject } from '@millrace/core';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  isObjectType,
} from '@millrace/kube-objects';
import { isRecord } from '../store/json.ts';
import { badRequest, failure, notFound, unsupportedMediaType } from '../store/status.ts';
import { apply, checkPatchOptions } from './apply.ts';
import { mediaType, parseJson, parseYamlObject, readBody } from './body.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { asObjectOf } from './mutation.ts';
import type { ResourceRequest } from './request-info.ts';
import { replace } from './update.ts';

const applyType = 'application/apply-patch+yaml';
const supported = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  applyType,
];

/** Serves PATCH in its four forms. */
export async function patch(exchange: ResourceExchange): Promise<Reply> {
  const type = mediaType(exchange.request);
  if (!supported.includes(type)) throw unsupportedMediaType(supported.join(', '));
  const body = await readBody(exchange.request);
  if (type === applyType) return apply(exchange, parseYamlObject(body));
  const document = parseJson(body);
  const { info, context, query } = exchange;
  checkPatchOptions(query, false);
  const key = { type: info.type, namespace: info.namespace, name: info.name };
  if (context.store.get(key) === undefined) throw notFound(info.type, info.name);
  return replace(
    exchange,
    (before) => asObjectOf(info, patched(info, type, before, document)) satisfies KubeObject,
  );
}

function patched(
  info: ResourceRequest,
  mediaTypeOfPatch: string,
  before: KubeObject,
  document: JsonValue,
): Readonly<Record<string, JsonValue | undefined>> {
  let after: JsonValue;
  try {
    after = applyPatch(info, mediaTypeOfPatch, before, document);
  } catch (error) {
    throw isRunnerError(error) ? refusal(mediaTypeOfPatch, error.message) : error;
  }
  if (!isRecord(after)) throw badRequest('the patch does not leave an object');
  return after;
}

function applyPatch(
  info: ResourceRequest,
  type: string,
  before: KubeObject,
  document: JsonValue,
): JsonValue {
  if (type === 'application/json-patch+json') return applyJsonPatch(before, document);
  if (!isRecord(document))
    throw badRequest('error decoding patch: the patch must be a JSON object');
  if (type === 'application/merge-patch+json') return applyMergePatch(before, document);
  if (isObjectType(info.type.kind))
    return applyStrategicMergePatch(before, document, info.type.kind);
  throw unsupportedMediaType('application/json-patch+json, application/merge-patch+json');
}

/**
 * A JSON patch whose operations do not fit the object is unprocessable, and a real server says no more about it; any
 * other patch error is the request's.
 */
const refusal = (type: string, message: string): Error =>
  type === 'application/json-patch+json'
    ? failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
    : badRequest(message);
