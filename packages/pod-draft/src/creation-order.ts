import type { Plan, PlannedManifest, PlannedObject } from '@millrace/core';

/**
 * Everything a plan creates, in the order in which it comes to be: what the job needs before anything, then for each
 * unit what its start needs, its pod and what follows it (of one that is refused only what its start needs), then what the job needs after all.
 */
export function creationOrder(plan: Plan): readonly PlannedManifest[] {
  const select = (
    scope: string | undefined,
    when: 'before' | 'after',
  ): readonly PlannedManifest[] =>
    plan.objects
      .filter((planned) => unitOf(planned) === scope && planned.contribution.when === when)
      .map((planned) => planned.object);
  return [
    ...select(undefined, 'before'),
    ...plan.units.flatMap(({ unit, pod, refused }) => [
      ...select(unit.id, 'before'),
      ...(refused === undefined ? [pod, ...select(unit.id, 'after')] : []),
    ]),
    ...select(undefined, 'after'),
  ];
}

function unitOf({ contribution }: PlannedObject): string | undefined {
  return contribution.scope === 'job' ? undefined : contribution.scope.unit;
}
