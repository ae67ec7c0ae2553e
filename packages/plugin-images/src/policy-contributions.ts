import type {
  ContainerRequest,
  PodContribution,
  Settings,
  Source,
  Statement,
} from '@millrace/core';
import { PLUGIN } from './plugin-name.ts';
import { effectivePolicies, type PolicyChoice } from './pull-policies.ts';
import type { ImagesSettings } from './settings.ts';

/** Pull policies of all containers of a pod: the first of each list counts for the first try. */
export function policyContributions(
  containers: readonly ContainerRequest[],
  settings: Settings<ImagesSettings>,
): readonly PodContribution[] {
  return containers.flatMap((container) => {
    const choice = effectivePolicies(container, containers, settings.value);
    return 'policies' in choice
      ? chosen(container, choice, settings)
      : [refusal(container.name, choice)];
  });
}

function chosen(
  { name, init }: ContainerRequest,
  { policies, origin, path }: Extract<PolicyChoice, { readonly policies: unknown }>,
  settings: Settings<ImagesSettings>,
): readonly PodContribution[] {
  const source: Source =
    origin === 'job'
      ? { plugin: PLUGIN, configPath: `image of container "${name}"` }
      : settings.source(path);
  const [first = ''] = policies;
  return [
    ...(first === ''
      ? []
      : [
          {
            kind: 'field' as const,
            on: { name: [name] },
            path: '/imagePullPolicy',
            op: 'set' as const,
            value: first,
            source,
          },
        ]),
    {
      kind: 'decision',
      subject: `pull policies of container "${name}"`,
      value: policies.map((policy) => (policy === '' ? 'the cluster’s' : policy)).join(', then '),
      source,
      allowed: true,
      reason: origin === 'job' ? 'asked for and allowed' : 'nothing was asked for',
    },
    // Containers that have ended before the job begins are not worth a line.
    ...(init
      ? []
      : [
          {
            kind: 'say' as const,
            code: 'images.pull-policy',
            text: `Pull policies of container ${name}: ${policies.join(', ')}`,
            values: { container: name, policies },
          },
        ]),
  ];
}

function refusal(
  container: string,
  choice: Exclude<PolicyChoice, { readonly policies: unknown }>,
): Statement {
  if ('unknown' in choice) {
    const where = choice.in === 'job' ? `the image of container "${container}"` : 'the settings';
    return {
      kind: 'refuse',
      code: choice.in.startsWith('allowed')
        ? 'images.allowed-policy-unknown'
        : 'images.pull-policy-unknown',
      text: `"${choice.unknown}" in ${where} is no pull policy`,
      values: { container, policy: choice.unknown, in: choice.in },
      reason: 'configuration_error',
    };
  }
  const { wanted, allowed, origin } = choice;
  return {
    kind: 'refuse',
    code: 'images.pull-policy-refused',
    text: `none of the pull policies of container "${container}" (${wanted.join(', ')}) is allowed (${allowed.join(', ')})`,
    values: { container, wanted, allowed, origin },
    reason: 'configuration_error',
  };
}
