import {
  defineBinding,
  type Binding,
  type JsonObject,
  type JsonValue,
  type MemberShape,
  type SettingRow,
} from '@millrace/core';
import { pluginName } from './plugin-name.ts';

const handlerMembers: MemberShape = {
  exec: { table: { command: 'string-list' } },
  http_get: {
    table: {
      host: 'string',
      path: 'string',
      port: 'integer',
      scheme: 'string',
      http_headers: { list: { name: 'string', value: 'string' } },
    },
  },
  tcp_socket: { table: { host: 'string', port: 'integer' } },
};

/** Deprecated since 14.5 and gone since 17.0; stands last because, where it was known, it won. */
const formerGracePeriod = 'terminationGracePeriodSeconds';

const rows: readonly SettingRow[] = [
  hook(
    'post_start',
    'postStart',
    'Runs right after the build, helper and service containers started',
  ),
  hook(
    'pre_stop',
    'preStop',
    'Runs before the build, helper and service containers are told to end',
  ),
  {
    key: 'pod_disruption_budget',
    path: 'disruptionBudget.enabled',
    form: 'boolean',
    environment: 'KUBERNETES_POD_DISRUPTION_BUDGET',
    flag: 'pod-disruption-budget',
    since: '18.11',
    default: 'false',
    doc: 'Gives each pod a disruption budget with `minAvailable: 1`, so that drained nodes wait for the job.',
  },
  {
    key: 'pod_termination_grace_period_seconds',
    path: 'terminationGracePeriodSeconds',
    form: 'integer',
    environment: 'KUBERNETES_POD_TERMINATION_GRACE_PERIOD_SECONDS',
    flag: 'pod_termination_grace_period_seconds',
    since: '14.5',
    default: 'left to the cluster (30)',
    doc: 'Seconds that the containers of a pod get to end.',
  },
  {
    key: formerGracePeriod,
    path: 'terminationGracePeriodSeconds',
    form: 'integer',
    environment: 'KUBERNETES_TERMINATIONGRACEPERIODSECONDS',
    flag: formerGracePeriod,
    since: '≤12.5',
    default: 'left to the cluster (30)',
    deprecated: 'pod_termination_grace_period_seconds',
    doc: 'Deprecated: use `pod_termination_grace_period_seconds`, which it wins over.',
  },
];

/** GitLab Runner's keys for how containers start and end. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'gitlab',
    plugin: pluginName,
    rows,
    constants: {
      'rules.all.roles': ['build', 'helper', 'service'],
      'disruptionBudget.selectorLabel': 'job.runner.gitlab.com/pod',
    },
    wording: { 'lifecycle.handlers': { rank: 700 } },
  }),
];

function hook(key: string, name: string, what: string): SettingRow {
  return {
    key: `container_lifecycle.${key}`,
    path: `rules.all.${name}`,
    form: 'table',
    members: handlerMembers,
    convert: handler,
    since: '14.2',
    default: 'nothing',
    doc: `${what}: one of \`exec\`, \`http_get\`, \`tcp_socket\`.`,
  };
}

/** A port that is not set is sent as 0, which the API server refuses with the field’s name. */
function handler(value: JsonValue): JsonValue {
  const {
    exec,
    http_get: httpGet,
    tcp_socket: tcpSocket,
  } = value as Readonly<Record<string, JsonObject>>;
  return {
    ...(exec === undefined ? {} : { exec: { command: exec['command'] ?? [] } }),
    ...(httpGet === undefined ? {} : { httpGet: request(httpGet) }),
    ...(tcpSocket === undefined ? {} : { tcpSocket: { port: 0, ...tcpSocket } }),
  };
}

function request({ http_headers: headers, ...rest }: JsonObject): JsonObject {
  if (headers === undefined) return { port: 0, ...rest };
  const named = (headers as readonly JsonObject[]).map((header) => ({
    name: '',
    value: '',
    ...header,
  }));
  return { port: 0, ...rest, headers: named };
}
