import type { ContainerRequest } from '@millrace/core';
import type { ContextRule, SecuritySettings, Selection } from './settings.ts';

/** A rule with its name in the settings. */
export interface MatchedRule {
  readonly name: string;
  readonly rule: ContextRule;
}

/** A container and the rules that apply to it. */
export interface RuledContainer {
  readonly container: ContainerRequest;
  readonly rules: readonly MatchedRule[];
}

/** Whether a selection has a container; absent members have all. */
export function selects({ roles, containers }: Selection, container: ContainerRequest): boolean {
  return (
    (roles === undefined || roles.includes(container.role)) &&
    (containers === undefined || containers.includes(container.name))
  );
}

/**
 * Containers in the order of the first rule that applies to each, then of the pod; those without a rule come last. Messages
 * about them come in this order.
 */
export function matchRules(
  containers: readonly ContainerRequest[],
  rules: SecuritySettings['rules'],
): readonly RuledContainer[] {
  const named = Object.entries(rules).map(([name, rule]): MatchedRule => ({ name, rule }));
  const place = ({ rules: [first] }: RuledContainer): number =>
    first === undefined ? named.length : named.findIndex(({ name }) => name === first.name);
  return containers
    .map((container) => ({
      container,
      rules: named.filter(({ rule }) => selects(rule, container)),
    }))
    .toSorted(
      (a, b) =>
        place(a) - place(b) ||
        a.container.rank - b.container.rank ||
        (a.container.name < b.container.name ? -1 : 1),
    );
}
