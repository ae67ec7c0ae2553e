import type { Job, ObjectContribution, PodContribution, Settings } from '@millrace/core';
import { dnsLabelErrors, resourceTypes } from '@millrace/kube-objects';
import { PLUGIN } from './plugin-name.ts';
import type { ServicesSettings } from './settings.ts';

/**
 * The headless service that gives pods of a job names: its address records are those of the pods that are ready. It has
 * no ports, so all can be reached.
 */
export function networkService({ network }: Pick<Job, 'network'>): readonly ObjectContribution[] {
  if (network === undefined) return [];
  return [
    {
      kind: 'object',
      id: 'network-service',
      type: resourceTypes.services,
      manifest: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: network.name },
        spec: {
          type: 'ClusterIP',
          clusterIP: 'None',
          selector: { [network.selector.key]: network.selector.value },
        },
      },
      scope: 'job',
      when: 'before',
      deleteAt: 'job-end',
      source: { plugin: PLUGIN },
    },
  ];
}

/** A pod's place in its job's network. */
export function networkFields(
  { network }: Pick<Job, 'network'>,
  { value: { discovery }, source }: Settings<ServicesSettings>,
  namespace: string,
): readonly PodContribution[] {
  if (network === undefined) return [];
  const { hostname, search, clusterDomain } = discovery;
  const domain = `${network.name}.${namespace}.svc.${clusterDomain}`;
  return [
    ...badName(network.name),
    {
      kind: 'field',
      path: '/spec/subdomain',
      op: 'set',
      value: network.name,
      source: { plugin: PLUGIN },
    },
    ...(hostname === undefined
      ? []
      : [
          {
            kind: 'field' as const,
            path: '/spec/hostname',
            op: 'set' as const,
            value: hostname,
            source: source(['discovery', 'hostname']),
          },
        ]),
    ...(search
      ? [
          {
            kind: 'field' as const,
            path: '/spec/dnsConfig/searches',
            op: 'append' as const,
            value: domain,
            source: source(['discovery', 'clusterDomain']),
          },
        ]
      : []),
  ];
}

/** Sent all the same: the API server's refusal is what counts, this says why it comes. */
function badName(name: string): readonly PodContribution[] {
  const [fault] = dnsLabelErrors(name);
  if (fault === undefined) return [];
  return [
    {
      kind: 'warn',
      code: 'services.bad-network',
      text: `the API server will refuse the network name ${name}: ${fault}`,
      values: { name, fault },
    },
  ];
}
