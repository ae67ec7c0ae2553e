import { isRunnerError, type JsonObject, type JsonValue, type KubeObject } from '@millrace/core';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  isObjectType,
} from '@millrace/kube-objects';
import { isRecord, text } from '../store/json.ts';
import {
  badRequest,
  failure,
  internalError,
  invalid,
  isApiStatusError,
  notFound,
  unsupportedMediaType,
} from '../store/status.ts';
import { pruneUnknown } from './admission/prune.ts';
import { apply, readConfiguration } from './apply.ts';
import { goKind } from './go-json.ts';
import { mediaType, parseJson, readBody } from './body.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { asObjectOf, checkPatchOptions } from './mutation.ts';
import { given } from './query-values.ts';
import type { ResourceRequest } from './request-info.ts';
import { replace } from './update.ts';

const applyType = 'application/apply-patch+yaml';
const strategic = ['application/strategic-merge-patch+json'];
const supported = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  applyType,
];

/** Serves PATCH in its four forms. */
export async function patch(exchange: ResourceExchange): Promise<Reply> {
  const type = mediaType(exchange.request);
  if (!supported.includes(type))
    throw failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  const body = await readBody(exchange.request);
  checkPatchOptions(exchange.query, type === applyType);
  if (type === applyType) return apply(exchange, readConfiguration(body));
  const document = parseJson(body, (why) =>
    badRequest(strategic.includes(type) ? why : `error decoding patch: ${why}`),
  );
  const { info, context, query } = exchange;
  const key = { type: info.type, namespace: info.namespace, name: info.name };
  if (context.store.get(key) === undefined) throw notFound(info.type, info.name);
  return replace(exchange, (before) => {
    const after = patched(info, type, before, document);
    return decoded(info, after, given(query, 'fieldValidation') ?? 'Warn');
  });
}

/**
 * What a patch leaves must be an object of its resource; if it is not, the whole is what is wrong with the patch.
 * @throws ApiStatusError Invalid
 */
function decoded(info: ResourceRequest, after: JsonObject, validation: string): KubeObject {
  try {
    const object = asObjectOf(info, after);
    pruneUnknown(info.type, object, validation);
    return object;
  } catch (error) {
    if (!isApiStatusError(error) || !cannotHandle.test(error.message)) throw error;
    const why = error.message.replace(cannotHandle, '');
    throw invalid({ group: '', plural: '', kind: '' }, '', [
      {
        reason: 'FieldValueInvalid',
        field: 'patch',
        message: `Invalid value: ${JSON.stringify(JSON.stringify(after))}: ${why}`,
      },
    ]);
  }
}

/** Kubernetes lets a patch replace a field that is not there. */
function applyOperation(object: JsonValue, operation: JsonValue): JsonValue {
  try {
    return applyJsonPatch(object, [operation]);
  } catch (error) {
    const replaces = isRecord(operation) && operation['op'] === 'replace';
    if (!replaces || /\/(?:\d+|-)$/u.test(text(operation, 'path'))) throw error;
    return applyJsonPatch(object, [{ ...operation, op: 'add' }]);
  }
}

const cannotHandle = /^\S+ in version "[^"]*" cannot be handled as a \S+: /u;

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
  if (type === 'application/json-patch+json') {
    if (!Array.isArray(document))
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${goKind(document)} into Go value of type []handlers.jsonPatchOp`,
      );
    return document.reduce<JsonValue>(applyOperation, before);
  }
  if (!isRecord(document)) {
    if (document === null && type === 'application/merge-patch+json')
      throw badRequest('Invalid JSON Patch');
    const why = `json: cannot unmarshal ${goKind(document)} into Go value of type map[string]interface {}`;
    throw badRequest(strategic.includes(type) ? why : `error decoding patch: ${why}`);
  }
  if (type === 'application/merge-patch+json') return applyMergePatch(before, document);
  if (isObjectType(info.type.kind))
    return applyStrategicMergePatch(before, document, info.type.kind);
  throw unsupportedMediaType('application/json-patch+json, application/merge-patch+json');
}

/**
 * A JSON patch whose operations do not fit the object is unprocessable, and Kubernetes does not say why. A strategic patch
 * that cannot be applied is an error of the server there.
 */
function refusal(type: string, message: string): Error {
  if (type === 'application/json-patch+json')
    return failure(
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {},
    );
  return strategic.includes(type) ? internalError(message, { plain: true }) : badRequest(message);
}
