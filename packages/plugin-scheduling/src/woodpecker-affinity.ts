import type { ListShape, MemberShape, TableShape } from '@millrace/core';

const requirements: ListShape = {
  list: { key: 'string', operator: 'string', values: 'string-list' },
};
const nodeTerm: MemberShape = { matchExpressions: requirements, matchFields: requirements };
const labels: TableShape = { table: { matchLabels: 'string-map', matchExpressions: requirements } };
const podTerm: MemberShape = {
  labelSelector: labels,
  namespaceSelector: labels,
  namespaces: 'string-list',
  topologyKey: 'string',
  matchLabelKeys: 'string-list',
  mismatchLabelKeys: 'string-list',
};
const podAffinity: TableShape = {
  table: {
    requiredDuringSchedulingIgnoredDuringExecution: { list: podTerm },
    preferredDuringSchedulingIgnoredDuringExecution: {
      list: { weight: 'integer', podAffinityTerm: { table: podTerm } },
    },
  },
};

/** Kubernetes' own affinity, member by member. */
export const affinityMembers: MemberShape = {
  nodeAffinity: {
    table: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        table: { nodeSelectorTerms: { list: nodeTerm } },
      },
      preferredDuringSchedulingIgnoredDuringExecution: {
        list: { weight: 'integer', preference: { table: nodeTerm } },
      },
    },
  },
  podAffinity,
  podAntiAffinity: podAffinity,
};
