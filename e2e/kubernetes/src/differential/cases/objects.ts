import type { JsonObject, JsonValue } from '@millrace/core';

/** An object of the core group. */
export const object = (kind: string, name: string, fields: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  ...fields,
});

/** An object of another group. */
export const groupObject = (
  apiVersion: string,
  kind: string,
  name: string,
  fields: JsonObject = {},
): JsonObject => ({ apiVersion, kind, metadata: { name }, ...fields });

/** A container that would print a word, of an image that nobody has: for pods that never run. */
export const container = (name = 'main', fields: JsonObject = {}): JsonObject => ({
  name,
  image: 'example.org/nothing:1',
  ...fields,
});

/** A pod that fits on no node, so that nothing happens to it. */
export const idlePod = (
  name: string,
  spec: JsonObject = {},
  metadata: JsonObject = {},
): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { nodeSelector: { 'example.org/nowhere': '' }, containers: [container()], ...spec },
});

/** A config map with a key. */
export const map = (
  name: string,
  metadata: JsonObject = {},
  data: JsonObject = { key: 'value' },
): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data });

export const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}';
export const policy = '/apis/policy/v1/namespaces/{namespace}';
export const authorization = '/apis/authorization.k8s.io/v1';

/** The text at a path into a document; empty where there is none. */
export function textAt(document: JsonValue, ...path: readonly string[]): string {
  let at: JsonValue | undefined = document;
  for (const step of path)
    at = typeof at === 'object' && at !== null ? (at as JsonObject)[step] : undefined;
  return typeof at === 'string' ? at : '';
}
