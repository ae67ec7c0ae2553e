import type { IncomingMessage } from 'node:http';
import type { Clock, JsonObject, KubeObject } from '@millrace/core';
import { apiVersionOf, type ServedResource } from '../store/resource-types.ts';
import { text } from '../store/json.ts';
import { badRequest, noRepresentation, notAcceptable } from '../store/status.ts';
import { objectMedia, streamMedia } from './body.ts';
import { acceptedTypes } from './query-values.ts';
import { hasPrinter, tableColumns, tableOf } from './table.ts';

/** Metadata of a list. */
export interface ListMeta extends JsonObject {
  readonly resourceVersion: string;
}

/** The form in which a client wants objects: as they are, as rows for printing, or their metadata only. */
export interface Representation {
  readonly object: (object: KubeObject) => JsonObject;
  readonly list: (objects: readonly KubeObject[], metadata: ListMeta) => JsonObject;
  /** For watches; a table names its columns only in the first event. */
  readonly event: (object: KubeObject, first: boolean) => JsonObject;
}

const partial = (object: KubeObject): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: object.metadata,
});

/** Items of a typed list carry neither kind nor apiVersion, as a real server sends them. */
function listItem({ apiVersion: _apiVersion, kind: _kind, ...rest }: KubeObject): JsonObject {
  return rest;
}

function whole(type: ServedResource): Representation {
  return {
    object: (object) => object,
    list: (objects, metadata) => ({
      kind: `${type.kind}List`,
      apiVersion: apiVersionOf(type),
      metadata,
      items: objects.map(listItem),
    }),
    event: (object) => object,
  };
}

const metadataOnly: Representation = {
  object: partial,
  list: (objects, metadata) => ({
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    // Go's list of nothing, which other forms do not have.
    items: objects.length === 0 ? null : objects.map(partial),
  }),
  event: partial,
};

function table(type: ServedResource, clock: Clock, include: string): Representation {
  const columns = tableColumns(type);
  if (!['', 'None', 'Metadata', 'Object'].includes(include))
    throw badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`,
    );
  const make = (
    objects: readonly KubeObject[],
    metadata: JsonObject,
    withColumns: boolean,
  ): JsonObject => ({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns ? columns : null,
    rows:
      objects.length === 0 && !hasPrinter(type)
        ? null
        : objects.map((object) => ({
            cells: tableOf(type, object, clock.now()),
            ...rowConditions(type, object),
            object: include === 'None' ? null : include === 'Object' ? object : partial(object),
          })),
  });
  const single = (object: KubeObject, withColumns: boolean): JsonObject =>
    make([object], { resourceVersion: object.metadata.resourceVersion ?? '' }, withColumns);
  return {
    object: (object) => single(object, true),
    list: (objects, metadata) => make(objects, metadata, true),
    event: single,
  };
}

const endings: Readonly<Record<string, string>> = {
  Succeeded: 'The pod has completed successfully.',
  Failed: 'The pod failed.',
};

/** A pod that has ended says so beside its cells. */
function rowConditions(type: ServedResource, object: KubeObject): JsonObject {
  const phase = text(object, 'status', 'phase');
  const message = type.plural === 'pods' ? endings[phase] : undefined;
  return message === undefined
    ? {}
    : { conditions: [{ type: 'Completed', status: 'True', reason: phase, message }] };
}

/** @throws ApiStatusError NotAcceptable when JSON is not among what the client takes */
export function representationFor(
  type: ServedResource,
  request: IncomingMessage,
  query: URLSearchParams,
  clock: Clock,
): Representation {
  const accepted = acceptedTypes(request);
  let known = false;
  for (const item of accepted) {
    const [media = '', ...parameters] = item.split(';').map((part) => part.trim());
    if (media !== 'application/json' && media !== '*/*' && media !== 'application/*') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return whole(type);
    known = true;
    if (!parameters.includes('v=v1')) continue;
    if (as === 'Table') return table(type, clock, query.get('includeObject') ?? 'Metadata');
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return metadataOnly;
  }
  if (known) throw notAcceptable(objectMedia);
  const collection =
    request.method === 'GET' && !/\/namespaces\/[^/]+\/[^/]+\/[^/?]+/u.test(request.url ?? '');
  throw noRepresentation(collection ? `${objectMedia}, ${streamMedia}` : objectMedia);
}
