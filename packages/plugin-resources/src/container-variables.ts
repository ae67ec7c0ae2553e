import type {
  ContainerRequest,
  JsonObject,
  PodContribution,
  Settings,
  Source,
} from '@millrace/core';
import { withinMaximum, type BoundedQuantity } from './read-quantity.ts';
import { quantityField } from './resource-lists.ts';
import type { ResourceRule, ResourcesSettings } from './settings.ts';

const plugin = '@millrace/plugin-resources';
/** In the order in which GitLab Runner tells of them (gitlab/047). */
const lists = ['limits', 'requests'] as const;

/** A variable of a container that asks for a quantity. */
interface Ask {
  readonly rule: string;
  readonly container: string;
  readonly list: (typeof lists)[number];
  readonly resource: string;
  readonly variable: string;
  readonly text: string;
  readonly maximum: string;
  readonly maximumSource: Source;
}

/** What a container's own variables change. */
export interface VariableResources {
  readonly contributions: readonly PodContribution[];
  /** Members that the rule's own value no longer counts for, `requests/cpu`. */
  readonly replaced: ReadonlySet<string>;
}

/**
 * Quantities that a container's own variables set: up to the maximum that the operator allows, and not at all where none is
 * allowed. The last variable of a name counts; its text is taken as it is, variables in it are not replaced (gitlab/287).
 */
export function variableResources(
  name: string,
  rule: ResourceRule,
  container: ContainerRequest,
  source: Settings<ResourcesSettings>['source'],
): VariableResources {
  const asks = lists.flatMap((list) =>
    Object.entries(rule.variables[list]).flatMap(
      ([resource, { variable, maximum }]): readonly Ask[] => {
        const text = container.variables.findLast(({ key }) => key === variable)?.value ?? '';
        if (text === '' || maximum === '') return [];
        const path = ['rules', name, 'variables', list, resource, 'maximum'];
        const ask = { rule: name, container: container.name, list, resource };
        return [{ ...ask, variable, text, maximum, maximumSource: source(path) }];
      },
    ),
  );
  return {
    contributions: asks.flatMap((ask) => answer(ask, withinMaximum(ask.text, ask.maximum))),
    replaced: new Set(asks.map(({ list, resource }) => `${list}/${resource}`)),
  };
}

function answer(ask: Ask, bounded: BoundedQuantity): readonly PodContribution[] {
  const { container, list, resource, variable, text, maximum } = ask;
  if ('fault' in bounded) return [refusal(ask, bounded)];
  const source: Source = { plugin, variable };
  return [
    quantityField({ list, resource, text: bounded.text }, { name: [container] }, source),
    {
      kind: 'say',
      code: 'resources.container-quantity',
      text: `container "${container}": ${resource} in ${list} is ${text}, by $${variable}`,
      values: valuesOf(ask),
      source,
    },
    {
      kind: 'decision',
      subject: `${resource} in ${list} of container ${container}`,
      value: bounded.text,
      source,
      allowed: true,
      reason: `at most ${maximum}`,
    },
  ];
}

function refusal(
  ask: Ask,
  bounded: Exclude<BoundedQuantity, { readonly text: string }>,
): PodContribution {
  const { container, variable, text, maximum, maximumSource } = ask;
  const above = bounded.fault === 'above';
  const error = above ? '' : bounded.error;
  const what = {
    above: `asks for ${text}, more than the ${maximum} that is allowed`,
    asked: `is "${text}", but ${error}`,
    maximum: `may be at most "${maximum}", but ${error}`,
  }[bounded.fault];
  return {
    kind: 'refuse',
    code: above ? 'resources.above-maximum' : 'resources.bad-container-quantity',
    text: `container "${container}": $${variable} ${what}`,
    values: { ...valuesOf(ask), error },
    reason: 'configuration_error',
    source: bounded.fault === 'maximum' ? maximumSource : { plugin, variable },
  };
}

const valuesOf = ({ rule, container, list, resource, text, maximum }: Ask): JsonObject => ({
  scope: rule,
  container,
  list,
  resource,
  text,
  maximum,
});
