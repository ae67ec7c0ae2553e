import type { ContainerRequest, ContainerRole, FieldContribution, JsonValue } from '@millrace/core';

const source = { plugin: 'test' };

/** Sets one field of the pod. */
export const setField = (path: string, value: JsonValue): FieldContribution => ({
  kind: 'field',
  path,
  op: 'set',
  value,
  source,
  override: true,
});

/** Sets one field of the containers of a role. */
export const setInContainers = (
  role: ContainerRole,
  path: string,
  value: JsonValue,
): FieldContribution => ({ ...setField(path, value), on: { role: [role] } });

/** Adds one element to a list of the pod. */
export const append = (path: string, value: JsonValue): FieldContribution => ({
  kind: 'field',
  path,
  op: 'append',
  value,
  source,
});

/** The two containers that a job of the test kit has. */
export const driven: readonly ContainerRequest[] = ['build', 'helper'].map((name, rank) => ({
  name,
  role: name === 'build' ? 'build' : 'helper',
  init: false,
  driven: true,
  variables: [],
  rank,
}));

/** A container of another role beside them. */
export const beside = (
  name: string,
  role: ContainerRole,
  more: Partial<ContainerRequest> = {},
): ContainerRequest => ({
  name,
  role,
  init: false,
  driven: false,
  variables: [],
  rank: 10,
  ...more,
});

/** Mounts a volume in all containers. */
export const mount = (name: string, mountPath: string): FieldContribution => ({
  ...append('/volumeMounts', { name, mountPath }),
  on: {},
});
