import type {
  FieldContribution,
  JsonValue,
  PodContribution,
  Settings,
  Source,
} from '@millrace/core';
import type { DnsOption, DnsSettings } from './settings.ts';

/** DNS policy and resolver settings of a pod; what is not configured is not sent. */
export function dnsContributions(settings: Settings<DnsSettings>): readonly PodContribution[] {
  const { nameservers, searches, options } = settings.value;
  return [
    ...policyContributions(settings),
    ...elements('nameservers', nameservers, settings),
    ...elements('searches', searches, settings),
    ...elements('options', options.map(optionOf), settings),
  ];
}

function policyContributions({
  value: { policy },
  source: sourceOf,
}: Settings<DnsSettings>): readonly PodContribution[] {
  if (policy === undefined) return [];
  const source: Source = sourceOf(['policy']);
  if (typeof policy === 'string')
    return [{ kind: 'field', path: '/spec/dnsPolicy', op: 'set', value: policy, source }];
  return [
    {
      kind: 'warn',
      code: 'dns.unknown-policy',
      text: `the DNS policy ${JSON.stringify(policy.unknown)} is not known, the cluster's default counts`,
      values: { policy: policy.unknown },
      source,
    },
  ];
}

const elements = (
  list: 'nameservers' | 'searches' | 'options',
  values: readonly JsonValue[],
  { source }: Settings<DnsSettings>,
): readonly FieldContribution[] =>
  values.map((value, index) => ({
    kind: 'field',
    path: `/spec/dnsConfig/${list}`,
    op: 'append',
    value,
    source: source([list, index]),
  }));

const optionOf = ({ name, value }: DnsOption): JsonValue =>
  value === undefined ? { name } : { name, value };
