import type { SettingRow } from '@millrace/core';
import { containerFields, podFields, type ContextField } from './gitlab-context-fields.ts';

/** Tables of container contexts, the rule that each fills, and whose containers they are. */
const tables = [
  {
    table: 'build_container_security_context',
    rule: 'build',
    of: 'the build container',
    since: '14.5',
  },
  {
    table: 'helper_container_security_context',
    rule: 'helper',
    of: 'the helper container',
    since: '14.5',
  },
  {
    table: 'service_container_security_context',
    rule: 'service',
    of: 'every service container',
    since: '14.5',
  },
  {
    table: 'init_permissions_container_security_context',
    rule: 'init',
    of: 'init containers',
    since: '15.2',
  },
] as const;

function rowsOf(
  fields: readonly ContextField[],
  {
    table,
    path,
    of,
    since,
  }: { readonly table: string; readonly path: string; readonly of: string; readonly since: string },
): readonly SettingRow[] {
  return fields.map((field): SettingRow => ({
    key: `${table}.${field.key}`,
    path: `${path}.${field.path}`,
    form: field.form,
    ...(field.convert === undefined ? {} : { convert: field.convert }),
    ...(field.fileOnly === true
      ? {}
      : { environment: `KUBERNETES_${table}_${field.key}`.toUpperCase().replaceAll('.', '_') }),
    since: field.since ?? since,
    default: 'not sent',
    doc: `For ${of}. ${field.doc}`,
  }));
}

/** `pod_security_context`. */
export const podRows: readonly SettingRow[] = rowsOf(podFields, {
  table: 'pod_security_context',
  path: 'pod',
  of: 'the pod',
  since: '≤12.5',
});

/** The four tables of container contexts. */
export const contextRows: readonly SettingRow[] = tables.flatMap(({ table, rule, of, since }) =>
  rowsOf(containerFields, { table, path: `rules.${rule}.context`, of, since }),
);
