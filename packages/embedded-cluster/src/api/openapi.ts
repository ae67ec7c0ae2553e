import type { JsonObject } from '@millrace/core';
import { apiVersionOf, servedResources, type ServedResource } from '../store/resource-types.ts';
import { presentedVersion } from '../presented-version.ts';
import { kindOf, schemasOf } from './openapi-schemas.ts';

/** `api/v1` or `apis/policy/v1`. */
const rootOf = (type: ServedResource): string =>
  `${type.group === '' ? 'api' : 'apis'}/${apiVersionOf(type)}`;

/** Parameters by which kubectl recognises a server that dry-runs and validates fields. */
const patchParameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'];

function pathItem(type: ServedResource, schema: (name: string) => JsonObject): JsonObject {
  const parameters = patchParameters.map((name) => ({
    name,
    in: 'query',
    ...schema(name === 'force' ? 'boolean' : 'string'),
  }));
  return {
    patch: {
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': kindOf(type),
      parameters,
      responses: { 200: { description: 'OK' } },
    },
  };
}

const pathOf = (type: ServedResource): string =>
  `/${rootOf(type)}${type.namespaced ? '/namespaces/{namespace}' : ''}/${type.plural}/{name}`;

const info = { title: 'Kubernetes', version: presentedVersion.gitVersion };

/** The Swagger 2 document in JSON. */
export function openApiV2(): JsonObject {
  const paths = Object.fromEntries(
    servedResources
      .filter((type) => type.stored)
      .map((type) => [pathOf(type), pathItem(type, (name) => ({ type: name }))]),
  );
  return { swagger: '2.0', info, paths, definitions: schemasOf(servedResources, '#/definitions/') };
}

/** Media type of the Swagger 2 document as protobuf. */
export const openApiV2Protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

const protobufText = (field: number, value: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, Buffer.byteLength(value)]), Buffer.from(value)]);

/**
 * The Swagger 2 document as protobuf, which `kubectl` asks for when it meets a kind that it has found nowhere else. There
 * is nothing in it but a title: whoever wants to know fields finds them in the documents of version 3.
 */
export function openApiV2AsProtobuf(): Buffer {
  const about = [protobufText(1, info.title), protobufText(2, info.version)];
  return Buffer.concat([protobufText(1, '2.0'), protobufText(2, Buffer.concat(about))]);
}

/** Where the documents of the API groups are. */
export function openApiV3Index(): JsonObject {
  const roots = [...new Set(servedResources.map(rootOf))];
  return {
    paths: Object.fromEntries(
      roots.map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}?hash=millrace` }]),
    ),
  };
}

/** The document of one group and version; undefined when there is none. */
export function openApiV3(root: string): JsonObject | undefined {
  const types = servedResources.filter((type) => rootOf(type) === root);
  if (types.length === 0) return undefined;
  const paths = Object.fromEntries(
    types
      .filter((type) => type.stored)
      .map((type) => [pathOf(type), pathItem(type, (name) => ({ schema: { type: name } }))]),
  );
  return {
    openapi: '3.0.0',
    info,
    paths,
    components: { schemas: schemasOf(types, '#/components/schemas/') },
  };
}
