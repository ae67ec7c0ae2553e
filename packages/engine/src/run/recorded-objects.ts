import type { Plan, PlannedObject, PlannedUnit, RecordedObject } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { recordOf } from './object-entry.ts';

/** Objects of the whole job, made before its units start. */
export const jobObjects = (plan: Plan): readonly PlannedObject[] =>
  plan.objects.filter(({ contribution: { scope, when } }) => scope === 'job' && when === 'before');

/** Objects that belong to one unit's start or pod. */
export const unitObjects = (
  plan: Plan,
  unitId: string,
  when: 'before' | 'after',
): readonly PlannedObject[] =>
  plan.objects.filter(
    ({ contribution: { scope, when: moment } }) =>
      typeof scope === 'object' && scope.unit === unitId && moment === when,
  );

/** Entries of everything that an attempt of a unit makes. Pure. */
export function entriesOfUnit(
  plan: Plan,
  { unit, pod }: PlannedUnit,
  podName: string,
): readonly RecordedObject[] {
  const { namespace } = plan.job;
  return [
    ...entriesOf(plan, unitObjects(plan, unit.id, 'before')),
    podEntry(namespace, pod.manifest.metadata.namespace, podName),
    ...entriesOf(plan, unitObjects(plan, unit.id, 'after')),
  ];
}

/** Entries of planned objects; what outlives the job is in no record. Pure. */
export const entriesOf = (
  { job: { namespace } }: Plan,
  objects: readonly PlannedObject[],
): readonly RecordedObject[] =>
  objects
    .filter(({ contribution }) => contribution.deleteAt !== 'never')
    .map(({ type, object }) => recordOf(type, object.manifest, namespace));

const podEntry = (namespace: string, own: string | undefined, name: string): RecordedObject => {
  const { group, version, plural, kind } = resourceTypes.pods;
  return { group, version, plural, kind, namespace: own ?? namespace, name };
};
