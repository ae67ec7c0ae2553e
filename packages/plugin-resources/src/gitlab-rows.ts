import type { OverwriteRow, SettingRow } from '@millrace/core';

/** A group of keys that GitLab Runner looks at together. */
interface Scope {
  /** In keys, `helper_cpu_limit`; empty for the build container. */
  readonly prefix: string;
  readonly path: string;
  /** In GitLab Runner's messages, `HelperCPULimit`. */
  readonly label: string;
  readonly of: string;
}

interface Resource {
  readonly key: string;
  readonly name: string;
  readonly label: string;
  readonly since: string;
  readonly overwriteSince: string;
}

/** In the order in which GitLab Runner looks at them. */
const scopes: readonly Scope[] = [
  { prefix: '', path: 'rules.build', label: '', of: 'the build container' },
  { prefix: 'service_', path: 'rules.service', label: 'Service', of: 'every service container' },
  {
    prefix: 'helper_',
    path: 'rules.helper',
    label: 'Helper',
    of: 'the helper and init containers',
  },
  { prefix: 'pod_', path: 'pod', label: 'Pod', of: 'the pod as a whole' },
];

const resources: readonly Resource[] = [
  { key: 'cpu', name: 'cpu', label: 'CPU', since: '≤12.5', overwriteSince: '12.9' },
  { key: 'memory', name: 'memory', label: 'Memory', since: '≤12.5', overwriteSince: '12.9' },
  {
    key: 'ephemeral_storage',
    name: 'ephemeral-storage',
    label: 'EphemeralStorage',
    since: '13.5',
    overwriteSince: '13.5',
  },
];

const lists = [
  { key: 'request', name: 'requests', label: 'Request' },
  { key: 'limit', name: 'limits', label: 'Limit' },
] as const;

/** One quantity of one scope, with all its names. */
interface Cell {
  readonly scope: Scope;
  readonly list: (typeof lists)[number];
  readonly resource: Resource;
  readonly key: string;
  readonly path: string;
  readonly environment: string;
}

const cells: readonly Cell[] = scopes.flatMap((scope) =>
  lists.flatMap((list) =>
    resources
      // The API has no ephemeral storage of a pod as a whole.
      .filter(({ key }) => scope.prefix !== 'pod_' || key !== 'ephemeral_storage')
      .map((resource): Cell => {
        const key = `${scope.prefix}${resource.key}_${list.key}`;
        return {
          scope,
          list,
          resource,
          key,
          path: `${scope.path}.${list.name}.${resource.name}`,
          environment: `KUBERNETES_${key.toUpperCase()}`,
        };
      }),
  ),
);

const sinceOf = ({ scope, resource }: Cell): string =>
  scope.prefix === 'pod_' ? '18.10' : resource.since;

/** Flags mix dashes and underscores where GitLab Runner does: `service-ephemeral_storage-limit`. */
function flagOf({ scope, resource, list }: Cell): string {
  const name = scope.prefix === '' ? resource.key.replaceAll('_', '-') : resource.key;
  return `${scope.prefix.replaceAll('_', '-')}${name}-${list.key}`;
}

/** The name of a quantity in GitLab Runner's messages, `ServiceMemoryLimit`. */
export function labelOf(scope: string, list: string, resource: string): string {
  const cell = cells.find(
    ({ path }) => path === `${scope === 'pod' ? '' : 'rules.'}${scope}.${list}.${resource}`,
  );
  return cell === undefined
    ? resource
    : `${cell.scope.label}${cell.resource.label}${cell.list.label}`;
}

const what = ({ scope, resource, list }: Cell): string =>
  `${resource.name} ${list.key} of ${scope.of}`;

/** Keys of quantities. */
export const quantityRows: readonly SettingRow[] = cells.map((cell) => ({
  key: cell.key,
  path: cell.path,
  form: 'string',
  environment: cell.environment,
  flag: flagOf(cell),
  since: sinceOf(cell),
  default: 'not sent',
  doc: `The ${what(cell)}, as a Kubernetes quantity.`,
}));

/** Variables by which a job may change them. */
export const overwriteRows: readonly OverwriteRow[] = cells.map((cell, index) => ({
  variable: cell.environment,
  path: cell.path,
  form: 'value',
  gate: {
    rule: 'maximum',
    key: maximumKey(cell),
    environment: `${cell.environment}_OVERWRITE_MAX_ALLOWED`,
    flag: `${flagOf(cell)}-overwrite-max-allowed`,
    since: cell.resource.overwriteSince,
  },
  label: `${cell.scope.label}${cell.resource.label}${cell.list.label}`,
  rank: 120 + index,
  doc: `The ${what(cell)} for one job, up to ${maximumKey(cell)}.`,
}));

const ofServices = cells.filter(({ scope }) => scope.prefix === 'service_');

/** The maxima of services again: a service's own variables obey them too. */
export const serviceMaximumRows: readonly SettingRow[] = ofServices.map((cell) => ({
  key: maximumKey(cell),
  path: `rules.service.variables.${cell.list.name}.${cell.resource.name}.maximum`,
  form: 'string',
  environment: `${cell.environment}_OVERWRITE_MAX_ALLOWED`,
  flag: `${flagOf(cell)}-overwrite-max-allowed`,
  since: cell.resource.overwriteSince,
  default: 'variables are ignored',
  doc: `How far jobs, and services by variables of their own, may raise the ${what(cell)}.`,
}));

/** Variables of a service's own that set its quantities. */
export const serviceVariables: Readonly<Record<string, string>> = Object.fromEntries(
  ofServices.map((cell) => [
    `rules.service.variables.${cell.list.name}.${cell.resource.name}.variable`,
    cell.environment,
  ]),
);

function maximumKey({ key }: Pick<Cell, 'key'>): string {
  return `${key}_overwrite_max_allowed`;
}
