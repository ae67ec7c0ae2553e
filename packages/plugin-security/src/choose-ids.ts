import type { PodContribution, Settings, Source } from '@millrace/core';
import { idKinds, type IdKind } from './id-kinds.ts';
import { granted, overridden, refusedId, skippedEntry, type FixedId } from './id-statements.ts';
import { askedUser, checkId } from './job-user.ts';
import type { MatchedRule, RuledContainer } from './match-rules.ts';
import type { SecuritySettings } from './settings.ts';

const plugin = '@millrace/plugin-security';

/**
 * User and group of a container: the rule's own, then the pod's, then what the job asked for. What the operator set is
 * not checked; a job that asks beside it is told, and goes on.
 */
export function chooseIds(
  { container, rules }: RuledContainer,
  settings: Settings<SecuritySettings>,
): readonly PodContribution[] {
  const mayAsk = rules.some(({ rule }) => rule.userFrom.includes('job'));
  const askedFor = askedUser(mayAsk ? container.image?.user : undefined);
  return idKinds.flatMap((kind): readonly PodContribution[] => {
    const set = (value: number, source: Source): PodContribution => ({
      kind: 'field',
      on: { name: [container.name] },
      path: `/securityContext/${kind.field}`,
      op: 'set',
      value,
      source,
    });
    const asked = askedFor[kind.what];
    const id = asked === undefined ? undefined : { kind, container: container.name, asked };
    const fixed = fixedIds(kind, rules, settings);
    const [first] = fixed;
    if (first !== undefined)
      return [
        ...fixed.map(({ value, source }) => set(value, source)),
        ...(id === undefined ? [] : overridden(id, first)),
      ];
    if (id === undefined) return [];
    const allowed = settings.value[kind.allowed];
    const source = settings.source([kind.allowed]);
    const checked = checkId(id.asked, allowed);
    return [
      ...checked.skipped.map((entry) => skippedEntry(kind, entry, source)),
      ...('id' in checked
        ? [set(checked.id, { plugin }), granted(id, source)]
        : refusedId(id, checked.fault, { allowed, source })),
    ];
  });
}

/** What the operator set: the container's own, which hides the pod's. Several only if rules overlap. */
function fixedIds(
  { field }: IdKind,
  rules: readonly MatchedRule[],
  { value: { pod }, source }: Settings<SecuritySettings>,
): readonly FixedId[] {
  const own = rules.flatMap(({ name, rule }): readonly FixedId[] => {
    const value = rule.context[field];
    const path = ['rules', name, 'context', field];
    return value === undefined ? [] : [{ value, where: 'container', source: source(path) }];
  });
  const ofPod = rules.some(({ rule }) => rule.userFrom.includes('pod')) ? pod[field] : undefined;
  if (own.length > 0 || ofPod === undefined) return own;
  return [{ value: ofPod, where: 'pod', source: source(['pod', field]) }];
}
