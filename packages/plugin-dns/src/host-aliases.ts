import type {
  ClusterFacts,
  FieldContribution,
  NodePlatform,
  PodContribution,
  Settings,
} from '@millrace/core';
import type { DnsSettings } from './settings.ts';

/** What host aliases depend on besides the settings. */
export interface HostAliasContext {
  readonly platform: NodePlatform;
  readonly facts: Pick<ClusterFacts, 'version'>;
}

/** Behind host names of services, which other plugins contribute. */
const rank = 100;

/** Configured lines of `/etc/hosts`, where pods can have them. */
export function hostAliasContributions(
  { value: { hostAliases }, source }: Settings<DnsSettings>,
  context: HostAliasContext,
): readonly PodContribution[] {
  if (hostAliases.length === 0) return [];
  const fault = hostAliasFault(context);
  return hostAliases.map(({ ip, hostnames }, index): PodContribution => {
    const from = source(['hostAliases', index]);
    return fault === undefined
      ? contribution({ ip, hostnames: [...hostnames] }, from)
      : {
          kind: 'decision',
          subject: `host alias ${ip}`,
          value: hostnames.join(' '),
          source: from,
          allowed: false,
          reason: fault,
        };
  });
}

const contribution = (
  value: FieldContribution['value'],
  source: FieldContribution['source'],
): FieldContribution => ({
  kind: 'field',
  path: '/spec/hostAliases',
  op: 'append',
  value,
  rank,
  source,
});

/** Why pods cannot have host aliases. They came with Kubernetes 1.7; vendors write versions as `27+`. */
function hostAliasFault({ platform, facts: { version } }: HostAliasContext): string | undefined {
  if (platform.os === 'windows') return 'pods on Windows nodes have no host aliases';
  const [major, minor] = [Number.parseInt(version.major, 10), Number.parseInt(version.minor, 10)];
  return major > 1 || (major === 1 && minor >= 7)
    ? undefined
    : `a server of version ${version.major}.${version.minor} is not known to have host aliases`;
}
