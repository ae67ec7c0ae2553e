import type {
  JsonObject,
  JsonValue,
  ListShape,
  MemberShape,
  SettingRow,
  TableShape,
} from '@millrace/core';

const requirements: ListShape = {
  list: { key: 'string', operator: 'string', values: 'string-list' },
};
const nodeTerm: MemberShape = { match_expressions: requirements, match_fields: requirements };
const labels: TableShape = {
  table: { match_labels: 'string-map', match_expressions: requirements },
};
const podTerm: MemberShape = {
  label_selector: labels,
  namespaces: 'string-list',
  topology_key: 'string',
  namespace_selector: labels,
  match_label_keys: 'string-list',
  mismatch_label_keys: 'string-list',
};
const nodeAffinity: MemberShape = {
  required_during_scheduling_ignored_during_execution: {
    table: { node_selector_terms: { list: nodeTerm } },
  },
  preferred_during_scheduling_ignored_during_execution: {
    list: { weight: 'integer', preference: { table: nodeTerm } },
  },
};
const podAffinity: MemberShape = {
  required_during_scheduling_ignored_during_execution: { list: podTerm },
  preferred_during_scheduling_ignored_during_execution: {
    list: { weight: 'integer', pod_affinity_term: { table: podTerm } },
  },
};

/** GitLab Runner's affinity: Kubernetes' own, with members in snake case. */
export const affinityRows: readonly SettingRow[] = [
  row('node_affinity', 'nodeAffinity', nodeAffinity, '13.4', 'Nodes that pods need or prefer.'),
  row(
    'pod_affinity',
    'podAffinity',
    podAffinity,
    '14.3',
    'Pods beside which pods need or prefer to run.',
  ),
  row(
    'pod_anti_affinity',
    'podAntiAffinity',
    podAffinity,
    '14.3',
    'Pods beside which pods must not or should not run.',
  ),
];

function row(
  key: string,
  path: string,
  members: MemberShape,
  since: string,
  doc: string,
): SettingRow {
  return {
    key: `affinity.${key}`,
    path: `affinity.${path}`,
    form: 'table',
    members,
    convert: (value) => camelCased(value, { table: members }),
    since,
    default: 'an empty affinity is sent',
    doc,
  };
}

/** Renames members as Kubernetes does, and nothing that is a key of labels. */
function camelCased(
  value: JsonValue | undefined,
  shape: MemberShape[string] | undefined,
): JsonValue {
  if (value === undefined) return null;
  if (shape === undefined || typeof shape === 'string') return value;
  if (isList(value)) return value.map((item) => camelCased(item, shape));
  if (!isTable(value)) return value;
  const members = 'list' in shape ? shape.list : shape.table;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(member, members[key]),
    ]),
  );
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
const isTable = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value);
