import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { isRecord, text, texts } from '../store/json.ts';
import { apiVersionOf, findKind, type ServedResource } from '../store/resource-types.ts';
import { badRequest, invalid, type FieldCause } from '../store/status.ts';
import { collectFieldErrors, type FieldErrors } from './admission/field-errors.ts';
import { goKind } from './go-json.ts';
import type { ResourceRequest } from './request-info.ts';

/** The options of one kind of request, whose faults are told as of an object. */
export type OptionsKind =
  | 'CreateOptions'
  | 'UpdateOptions'
  | 'PatchOptions'
  | 'DeleteOptions'
  | 'ListOptions';

/** The refusal of options. @param causes - at least one */
export const invalidOptions = (kind: OptionsKind, causes: readonly FieldCause[]): Error =>
  invalid({ group: 'meta.k8s.io', plural: '', kind }, '', causes);

/**
 * Whether the request only wants to know what would happen.
 * @throws ApiStatusError Invalid for other values than `All`
 */
export function isDryRun(
  query: URLSearchParams,
  kind: OptionsKind,
  options: JsonObject = {},
): boolean {
  const errors = collectFieldErrors();
  const dryRun = checkCommon(errors, query, kind, options);
  if (errors.causes.length > 0) throw invalidOptions(kind, errors.causes);
  return dryRun;
}

/**
 * Checks the options of a patch.
 * @param applies - of server-side apply, which needs a manager and can be forced
 * @throws ApiStatusError Invalid for options that do not belong to the kind of patch
 */
export function checkPatchOptions(query: URLSearchParams, applies: boolean): void {
  const errors = collectFieldErrors();
  if (applies && (query.get('fieldManager') ?? '') === '')
    errors.required('fieldManager', 'is required for apply patch');
  if (!applies && query.has('force'))
    errors.forbidden('force', 'may not be specified for non-apply patch');
  checkCommon(errors, query, 'PatchOptions', {});
  if (errors.causes.length > 0) throw invalidOptions('PatchOptions', errors.causes);
}

function checkCommon(
  errors: FieldErrors,
  query: URLSearchParams,
  kind: OptionsKind,
  options: JsonObject,
): boolean {
  const given = [...query.getAll('dryRun'), ...texts(options, 'dryRun')];
  if (given.some((value) => value !== 'All'))
    errors.add(
      'FieldValueNotSupported',
      'dryRun',
      `Unsupported value: ${JSON.stringify(given)}: supported values: "All"`,
    );
  const validation = query.get('fieldValidation') ?? '';
  if (kind !== 'DeleteOptions' && !validations.includes(validation))
    errors.unsupported('fieldValidation', validation, validations);
  return given.length > 0;
}

const validations = ['', 'Ignore', 'Strict', 'Warn'];

/**
 * Makes a body into an object of the resource in the path.
 * @throws ApiStatusError BadRequest when kind, version, namespace or name contradict the path
 */
export function asObjectOf(info: ResourceRequest, body: JsonObject): KubeObject {
  const { type } = info;
  const expected = apiVersionOf(type);
  const apiVersion = text(body, 'apiVersion') || expected;
  const kind = text(body, 'kind') || type.kind;
  const cannot = (why: string): Error =>
    badRequest(
      `${kind} in version ${JSON.stringify(apiVersion.split('/').at(-1))} cannot be handled as a ${type.kind}: ${why}`,
    );
  if (kind !== type.kind || apiVersion !== expected)
    throw cannot(
      findKind(apiVersion, kind) === undefined
        ? unregistered(kind, apiVersion)
        : `converting (v1.${kind}) to (${internalName(type)}.${type.kind}): unknown conversion`,
    );
  const metadata = body['metadata'] ?? {};
  if (!isRecord(metadata))
    throw cannot(
      `json: cannot unmarshal ${goKind(metadata)} into Go struct field ${type.kind}.metadata of type v1.ObjectMeta`,
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

/** Where the objects of a group live in Kubernetes' own source, of which its messages tell. */
const internalName = ({ group }: ServedResource): string =>
  group === '' ? 'core' : (group.split('.')[0] ?? '');

/** The complaint about a kind that no group has. */
export const unregistered = (kind: string, apiVersion: string): string =>
  `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;

/** A server decodes into typed fields, so a wrong type never gets as far as validation. */
function checkMetadata(type: ServedResource, metadata: JsonObject): void {
  const wrong = (path: string, got: JsonValue, want: string): never => {
    throw badRequest(
      `${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: json: cannot unmarshal ${goKind(got)} into Go struct field ObjectMeta.metadata.${path} of type ${want}`,
    );
  };
  for (const field of ['name', 'generateName', 'namespace', 'uid', 'resourceVersion']) {
    const value = metadata[field];
    if (value !== undefined && value !== null && typeof value !== 'string')
      wrong(field, value, field === 'uid' ? 'types.UID' : 'string');
  }
  for (const field of ['labels', 'annotations']) {
    const value = metadata[field];
    if (value === undefined || value === null) continue;
    if (!isRecord(value)) return wrong(field, value, 'map[string]string');
    for (const item of Object.values(value))
      if (item !== undefined && item !== null && typeof item !== 'string')
        wrong(field, item, 'string');
  }
  for (const field of ['finalizers', 'ownerReferences']) {
    const value = metadata[field];
    if (value !== undefined && value !== null && !Array.isArray(value))
      wrong(field, value, field === 'finalizers' ? '[]string' : '[]v1.OwnerReference');
  }
}
