import { isRunnerError, type JsonValue, type KubeObject } from '@millrace/core';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  isObjectType,
} from '@millrace/kube-objects';
import { isRecord } from '../store/json.ts';
import { badRequest, failure, notFound, unsupportedMediaType } from '../store/status.ts';
import { mediaType, parseJson, readBody } from './body.ts';
import { createFrom } from './create.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { asObjectOf } from './mutation.ts';
import type { ResourceRequest } from './request-info.ts';
import { replace } from './update.ts';

const applyTypes = ['application/apply-patch+yaml', 'application/apply-patch+json'];
const supported = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/**
 * Serves PATCH in its four forms. Server-side apply is a strategic merge that creates what is not there: no field has
 * an owner, so nothing is removed by leaving it out, and there are no conflicts.
 */
export async function patch(exchange: ResourceExchange): Promise<Reply> {
  const type = mediaType(exchange.request);
  if (!supported.includes(type) && !applyTypes.includes(type))
    throw unsupportedMediaType(supported.join(', '));
  const document = parseJson(await readBody(exchange.request));
  const { info, context } = exchange;
  const key = { type: info.type, namespace: info.namespace, name: info.name };
  if (context.store.get(key) === undefined) {
    if (!applyTypes.includes(type) || info.subresource !== '' || !isRecord(document))
      throw notFound(info.type, info.name);
    const sent = asObjectOf(info, document);
    return createFrom(exchange, { ...sent, metadata: { ...sent.metadata, name: info.name } });
  }
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
    after = apply(info, mediaTypeOfPatch, before, document);
  } catch (error) {
    throw isRunnerError(error) ? refusal(mediaTypeOfPatch, error.message) : error;
  }
  if (!isRecord(after)) throw badRequest('the patch does not leave an object');
  return after;
}

function apply(
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
  if (!applyTypes.includes(type))
    throw unsupportedMediaType('application/json-patch+json, application/merge-patch+json');
  return applyMergePatch(before, document);
}

/**
 * A JSON patch whose operations do not fit the object is unprocessable, and a real server says no more about it; any
 * other patch error is the request's.
 */
const refusal = (type: string, message: string): Error =>
  type === 'application/json-patch+json'
    ? failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
    : badRequest(message);
