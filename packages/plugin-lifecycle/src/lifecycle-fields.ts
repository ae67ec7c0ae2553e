import type { ContainerRequest, PodContribution, Settings, Unit } from '@millrace/core';
import { handlerField } from './handler-field.ts';
import type { LifecycleRule, LifecycleSettings } from './settings.ts';

/** When a pod's containers start to end, and what happens before and after. */
export function lifecycleFields(
  { containers }: Pick<Unit, 'containers'>,
  { value, source }: Settings<LifecycleSettings>,
): readonly PodContribution[] {
  const { terminationGracePeriodSeconds: seconds, rules } = value;
  return [
    ...(seconds === undefined
      ? []
      : [
          {
            kind: 'field' as const,
            path: '/spec/terminationGracePeriodSeconds',
            op: 'set' as const,
            value: seconds,
            source: source(['terminationGracePeriodSeconds']),
          },
        ]),
    ...Object.entries(rules).flatMap(([name, rule]) => hookFields(name, rule, containers, source)),
  ];
}

const hooks = ['postStart', 'preStop'] as const;

function hookFields(
  name: string,
  rule: LifecycleRule,
  containers: readonly ContainerRequest[],
  source: Settings<LifecycleSettings>['source'],
): readonly PodContribution[] {
  const chosen = containers.filter((container) => isChosen(container, rule));
  return hooks.flatMap((hook): readonly PodContribution[] => {
    const handler = rule[hook];
    if (handler === undefined || chosen.length === 0) return [];
    const from = source(['rules', name, hook]);
    const value = handlerField(handler);
    return [
      ...tooMany(hook, Object.keys(value), from),
      {
        kind: 'field',
        on: { name: chosen.map((container) => container.name) },
        path: `/lifecycle/${hook}`,
        op: 'set',
        value,
        source: from,
      },
    ];
  });
}

/** Kubernetes knows no hooks of init containers, native sidecars excepted, which a rule has to name. */
const isChosen = (
  { name, role, init }: ContainerRequest,
  { roles, containers }: LifecycleRule,
): boolean =>
  (!init || containers !== undefined) &&
  (roles === undefined || roles.includes(role)) &&
  (containers === undefined || containers.includes(name));

/** Left to the API server to refuse, as GitLab Runner does; nobody else would say which line to change. */
function tooMany(
  hook: string,
  kinds: readonly string[],
  source: ReturnType<Settings<LifecycleSettings>['source']>,
): readonly PodContribution[] {
  if (kinds.length < 2) return [];
  return [
    {
      kind: 'warn',
      code: 'lifecycle.handlers',
      text: `${source.configPath ?? hook} has ${kinds.join(' and ')}, and Kubernetes takes one: it will refuse the pod`,
      source,
    },
  ];
}
