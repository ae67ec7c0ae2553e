import {
  isRunnerError,
  RunnerError,
  type JsonObject,
  type JsonValue,
  type KubeApi,
  type KubeObject,
  type ListSelection,
  type ObjectRef,
  type PatchType,
  type ResourceType,
  type ServerVersion,
} from '@millrace/core';
import type { ApiClient } from './api-client.ts';
import { collectionPath, objectPath } from './api-request.ts';
import { createListCall, type ListCall } from './list-objects.ts';
import { withFields } from './with-fields.ts';

/** The label by which an object is known to be this job's. */
const jobLabel = 'millrace.dev/job';

const patchTypes: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  // The media type says YAML; JSON is YAML.
  apply: 'application/apply-patch+yaml',
};

/** The calls of {@link KubeApi} that are one request and one answer. */
export type ObjectCalls = Pick<
  KubeApi,
  'get' | 'list' | 'create' | 'patch' | 'delete' | 'version' | 'can'
> & { readonly listPages: ListCall };

/** Objects travel as raw JSON both ways: nothing a newer API server knows is lost. */
export function createObjectCalls(client: ApiClient): ObjectCalls {
  const listPages = createListCall(client);

  const get: KubeApi['get'] = async (ref, options) =>
    asObject(
      await client.call(
        { ...named('get', ref), method: 'GET', path: objectPath(ref), repeatable: 'always' },
        options,
      ),
    );

  const create: KubeApi['create'] = async (type, object, { dryRun, ...options }) => {
    const { namespace = '', name = '' } = object.metadata;
    const ref = { type, namespace, name };
    const attempts = { unclear: false };
    try {
      return asObject(
        await client.call(
          {
            ...named('create', ref),
            method: 'POST',
            path: collectionPath(type, namespace),
            ...(dryRun && { query: { dryRun: 'All' } }),
            body: object,
            // Without a fixed name a repetition would make a second object.
            repeatable: name === '' ? 'if-unprocessed' : 'always',
          },
          options,
          () => {
            attempts.unclear = true;
          },
        ),
      );
    } catch (error) {
      if (!isRunnerError(error)) throw error;
      if (error.reason !== 'api_already_exists' || dryRun)
        // The last try surely did nothing, but one before it may have.
        throw attempts.unclear ? withFields(error, { details: { processed: true } }) : error;
      return adopt(await get(ref, options), object, error);
    }
  };

  const remove: KubeApi['delete'] = async (ref, how, options) => {
    let unclear = false;
    const request = {
      ...named('delete', ref),
      method: 'DELETE',
      path: objectPath(ref),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', ...how } as JsonObject,
      repeatable: 'always',
    } as const;
    try {
      await client.call(request, options, () => {
        unclear = true;
      });
      return true;
    } catch (error) {
      if (!isRunnerError(error) || error.reason !== 'api_not_found') throw error;
      // A try whose answer was lost may be the one that deleted it.
      return unclear;
    }
  };

  const patch: KubeApi['patch'] = async (ref, kind, body, options) =>
    asObject(
      await client.call(
        {
          ...named('patch', ref),
          method: 'PATCH',
          path: objectPath(ref),
          ...(kind === 'apply' && { query: { fieldManager: 'millrace', force: true } }),
          body,
          contentType: patchTypes[kind],
          // A JSON patch may append: applied twice it is not the same.
          repeatable: kind === 'json' ? 'if-unprocessed' : 'always',
        },
        options,
      ),
    );

  const version: KubeApi['version'] = async (options) =>
    (await client.call(
      {
        verb: 'get',
        resource: 'version',
        name: '',
        method: 'GET',
        path: '/version',
        repeatable: 'always',
      },
      options,
    )) as unknown as ServerVersion;

  const can: KubeApi['can'] = async (
    { verb, group, resource, subresource, namespace },
    options,
  ) => {
    const attributes = {
      verb,
      group,
      resource,
      ...(subresource !== undefined && { subresource }),
      ...(namespace !== undefined && { namespace }),
    };
    const answer = (await client.call(
      {
        verb: 'create',
        resource: 'selfsubjectaccessreviews',
        name: '',
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: attributes },
        },
        // Nothing is stored.
        repeatable: 'always',
      },
      options,
    )) as { readonly status?: { readonly allowed?: boolean } };
    return answer.status?.allowed === true;
  };

  return {
    get,
    create,
    patch,
    version,
    can,
    delete: remove,
    listPages,
    list: async (selection: ListSelection, options) => (await listPages(selection, options)).items,
  };
}

function named(
  verb: string,
  { type, name }: ObjectRef | { readonly type: ResourceType; readonly name: string },
): { readonly verb: string; readonly resource: string; readonly name: string } {
  return { verb, resource: type.plural, name };
}

function asObject(value: JsonValue): KubeObject {
  return value as KubeObject;
}

/** An object that is already there is ours when it carries the same job label and is not on its way out. */
function adopt(existing: KubeObject, wanted: KubeObject, refusal: RunnerError): KubeObject {
  const job = wanted.metadata.labels?.[jobLabel];
  if (job === undefined || existing.metadata.labels?.[jobLabel] !== job) throw refusal;
  if (existing.metadata.deletionTimestamp === undefined) return existing;
  throw new RunnerError(`${refusal.message}; it is being deleted`, {
    code: refusal.code,
    kind: refusal.kind,
    reason: refusal.reason,
    hint: 'Wait until it is gone.',
    details: refusal.details,
    cause: refusal,
  });
}
