import type {
  FieldContribution,
  JsonValue,
  PodContribution,
  Settings,
  Statement,
} from '@millrace/core';
import { defaultCapabilities } from './capabilities.ts';
import { checkedFields } from './checked-fields.ts';
import { chooseIds } from './choose-ids.ts';
import { selects, type MatchedRule, type RuledContainer } from './match-rules.ts';
import type { SecuritySettings } from './settings.ts';

const flags = [
  'privileged',
  'allowPrivilegeEscalation',
  'runAsNonRoot',
  'readOnlyRootFilesystem',
] as const;
/** Flags that have a value for all containers. */
const defaultFlags = ['privileged', 'allowPrivilegeEscalation'] as const;
const capabilityLists = ['add', 'drop'] as const;

/** A field of a security context, who set it in the settings, and how it is put there. */
interface ContextField {
  readonly path: string;
  readonly op: FieldContribution['op'];
  readonly value: JsonValue;
  readonly setting: readonly string[];
}

/** The security context of one container. */
export function containerContext(
  ruled: RuledContainer,
  settings: Settings<SecuritySettings>,
  platform: { readonly windows: boolean },
): readonly PodContribution[] {
  const { container, rules } = ruled;
  const fields = [
    ...(selects(settings.value.defaults, container)
      ? defaultFields(settings.value, rules, platform)
      : []),
    ...rules.flatMap((rule) => ruleFields(rule, settings)),
  ];
  return [
    ...fields.map(({ path, op, value, setting }): PodContribution => ({
      kind: 'field',
      on: { name: [container.name] },
      path: `/securityContext/${path}`,
      op,
      value,
      source: settings.source(setting),
    })),
    ...chooseIds(ruled, settings),
  ];
}

/** Warnings about a rule, once however many containers it applies to. */
export function ruleWarnings(
  { name, rule }: MatchedRule,
  { value: { badProfiles }, source }: Settings<SecuritySettings>,
): readonly Statement[] {
  return checkedFields(rule.context, badProfiles, (field) =>
    source(['rules', name, 'context', field]),
  ).flatMap(([, { warning }]) => warning ?? []);
}

/** What no rule says otherwise. */
function defaultFields(
  { defaults }: SecuritySettings,
  rules: readonly MatchedRule[],
  platform: { readonly windows: boolean },
): readonly ContextField[] {
  const lists = defaultCapabilities(defaults.capabilities, platform);
  return [
    ...defaultFlags.flatMap((flag): readonly ContextField[] => {
      const value = defaults[flag];
      const ruled = rules.some(({ rule }) => rule.context[flag] !== undefined);
      return value === undefined || ruled
        ? []
        : [{ path: flag, op: 'set', value, setting: ['defaults', flag] }];
    }),
    ...capabilityLists
      .filter((list) => rules.every(({ rule }) => rule.context.capabilities[list].length === 0))
      .flatMap((list) =>
        lists[list].map(({ name, from }): ContextField => ({
          path: `capabilities/${list}`,
          op: 'append',
          value: name,
          setting: ['defaults', 'capabilities', from],
        })),
      ),
  ];
}

/** What a rule says, apart from user and group. */
function ruleFields(
  { name, rule: { context } }: MatchedRule,
  { value: { badProfiles }, source }: Settings<SecuritySettings>,
): readonly ContextField[] {
  const setting = (...path: readonly string[]): readonly string[] => [
    'rules',
    name,
    'context',
    ...path,
  ];
  const set = (path: string, value: JsonValue | undefined): readonly ContextField[] =>
    value === undefined ? [] : [{ path, op: 'set', value, setting: setting(path) }];
  return [
    ...flags.flatMap((flag) => set(flag, context[flag])),
    ...capabilityLists.flatMap((list) =>
      context.capabilities[list].map((capability): ContextField => ({
        path: `capabilities/${list}`,
        op: 'append',
        value: capability,
        setting: setting('capabilities', list),
      })),
    ),
    ...checkedFields(context, badProfiles, (field) => source(setting(field))).flatMap(
      ([path, { value }]) => set(path, value),
    ),
  ];
}
