import type { JsonObject } from '@millrace/core';
import { apiVersionOf, servedResources, type ServedResource } from '../store/resource-types.ts';
import type { Reply } from './exchange.ts';

/** What one can do with a stored resource. */
const objectVerbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
const subresourceVerbs: Readonly<Record<string, readonly string[]>> = {
  status: ['get', 'patch', 'update'],
  log: ['get'],
  exec: ['create', 'get'],
  attach: ['create', 'get'],
  portforward: ['create', 'get'],
  eviction: ['create'],
  binding: ['create'],
  token: ['create'],
  finalize: ['update'],
};
/** Kinds of subresources that are not of their resource's own kind. */
const subresourceKinds: Readonly<Record<string, readonly [groupVersion: string, kind: string]>> = {
  exec: ['v1', 'PodExecOptions'],
  attach: ['v1', 'PodAttachOptions'],
  portforward: ['v1', 'PodPortForwardOptions'],
  eviction: ['policy/v1', 'Eviction'],
  binding: ['v1', 'Binding'],
  token: ['authentication.k8s.io/v1', 'TokenRequest'],
};

const verbsOf = (type: ServedResource): readonly string[] =>
  type.stored ? objectVerbs : ['create'];

function kindOf(
  type: ServedResource,
  subresource: string,
): { readonly group: string; readonly version: string; readonly kind: string } {
  const foreign = subresourceKinds[subresource];
  if (foreign === undefined) return { group: type.group, version: type.version, kind: type.kind };
  const [groupVersion, kind] = foreign;
  const slash = groupVersion.indexOf('/');
  return {
    group: groupVersion.slice(0, Math.max(0, slash)),
    version: groupVersion.slice(slash + 1),
    kind,
  };
}

/** The resources of one group and version; undefined when there are none. */
export function resourceList(groupVersion: string): JsonObject | undefined {
  const types = servedResources.filter((type) => apiVersionOf(type) === groupVersion);
  if (types.length === 0) return undefined;
  const resources = types.flatMap((type): readonly JsonObject[] => [
    {
      name: type.plural,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: verbsOf(type),
      ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
      ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    },
    ...type.subresources.map((subresource) => ({
      name: `${type.plural}/${subresource}`,
      singularName: '',
      namespaced: type.namespaced,
      ...kindOf(type, subresource),
      verbs: subresourceVerbs[subresource] ?? [],
    })),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

/** API groups besides the core one. */
export const groupNames: readonly string[] = [
  ...new Set(servedResources.map((type) => type.group)),
].filter((group) => group !== '');

const versionsOf = (group: string): readonly string[] => [
  ...new Set(servedResources.filter((type) => type.group === group).map((type) => type.version)),
];

/** One group and its versions. */
export function apiGroup(group: string): JsonObject {
  const versions = versionsOf(group).map((item) => ({
    groupVersion: `${group}/${item}`,
    version: item,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

const aggregatedMedia = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** The one-document form, by which kubectl learns everything from two requests. */
export function aggregated(groups: readonly string[]): Reply {
  const items = groups.map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versionsOf(group).map((item) => ({
      version: item,
      freshness: 'Current',
      resources: servedResources
        .filter((type) => type.group === group && type.version === item)
        .map(aggregatedResource),
    })),
  }));
  return {
    code: 200,
    contentType: aggregatedMedia,
    body: {
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      metadata: {},
      items,
    },
  };
}

function aggregatedResource(type: ServedResource): JsonObject {
  return {
    resource: type.plural,
    responseKind: { group: type.group, version: type.version, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: verbsOf(type),
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    ...(type.subresources.length === 0
      ? {}
      : {
          subresources: type.subresources.map((subresource) => ({
            subresource,
            responseKind: kindOf(type, subresource),
            verbs: subresourceVerbs[subresource] ?? [],
          })),
        }),
  };
}
