import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { isRecord, text } from '../store/json.ts';
import { apiVersionOf, type ServedResource } from '../store/resource-types.ts';
import { badRequest } from '../store/status.ts';
import type { ResourceRequest } from './request-info.ts';

/** Whether the request only wants to know what would happen. @throws ApiStatusError BadRequest for other values than `All` */
export function isDryRun(query: URLSearchParams, options: JsonObject = {}): boolean {
  const given = [
    ...query.getAll('dryRun'),
    ...(Array.isArray(options['dryRun']) ? options['dryRun'].map(String) : []),
  ];
  const wrong = given.find((value) => value !== 'All');
  if (wrong !== undefined)
    throw badRequest(
      `dryRun: Unsupported value: ${JSON.stringify(wrong)}: supported values: "All"`,
    );
  return given.length > 0;
}

/**
 * Makes a body into an object of the resource in the path.
 * @throws ApiStatusError BadRequest when kind, version, namespace or name contradict the path
 */
export function asObjectOf(info: ResourceRequest, body: JsonObject): KubeObject {
  const { type } = info;
  const expected = apiVersionOf(type);
  const apiVersion = text(body, 'apiVersion') || expected;
  const kind = text(body, 'kind') || type.kind;
  if (kind !== type.kind)
    throw badRequest(
      `${kind} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${type.kind}: converting (${kind}) to (${type.kind}): unknown conversion`,
    );
  if (apiVersion !== expected)
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  const metadata = body['metadata'] ?? {};
  if (!isRecord(metadata))
    throw badRequest(
      `${kind} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${type.kind}: metadata must be an object`,
    );
  checkMetadata(type, metadata);
  const namespace = text(metadata, 'namespace');
  if (type.namespaced && namespace !== '' && namespace !== info.namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  const name = text(metadata, 'name');
  if (info.name !== '' && name !== '' && name !== info.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${info.name})`,
    );
  }
  const { namespace: _namespace, selfLink: _self, ...rest } = metadata;
  return {
    ...body,
    apiVersion,
    kind,
    metadata: { ...rest, ...(type.namespaced ? { namespace: info.namespace } : {}) },
  };
}

/** A server decodes into typed fields, so a wrong type never gets as far as validation. */
function checkMetadata(type: ServedResource, metadata: JsonObject): void {
  const wrong = (path: string, want: string): never => {
    throw badRequest(
      `${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: json: cannot unmarshal ${jsonKind(metadata[path])} into Go struct field ObjectMeta.metadata.${path} of type ${want}`,
    );
  };
  for (const field of ['name', 'generateName', 'namespace', 'uid', 'resourceVersion']) {
    const value = metadata[field];
    if (value !== undefined && value !== null && typeof value !== 'string') wrong(field, 'string');
  }
  for (const field of ['labels', 'annotations']) {
    const value = metadata[field];
    if (value === undefined || value === null) continue;
    if (!isRecord(value) || Object.values(value).some((item) => typeof item !== 'string'))
      wrong(field, 'map[string]string');
  }
  for (const field of ['finalizers', 'ownerReferences']) {
    const value = metadata[field];
    if (value !== undefined && value !== null && !Array.isArray(value)) wrong(field, '[]');
  }
}

/** What Go's decoder calls a JSON value. */
function jsonKind(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
