import type { PlannedUnit } from '@millrace/core';
import type { Scope } from '../scope/scope.ts';
import { ENGINE } from './engine-contributions.ts';
import type { Generation } from './generation.ts';
import { unitScope, type UnitAnswers } from './job-settings.ts';
import { planUnit, type UnitInputs } from './plan-unit.ts';
import { refuseBy } from './refuse-by.ts';

/**
 * Plans the pod of one unit with its own settings. Where the unit is refused alone, a refusal becomes its own: it is told,
 * and the unit fails when its turn comes.
 */
export function planWithSettings(
  generation: Generation,
  scope: Scope,
  { changes, refusals }: UnitAnswers,
  inputs: UnitInputs,
): PlannedUnit {
  const { unit, notes } = inputs;
  const own = unit.refusedAlone === true ? notes.child() : notes;
  for (const { plugin, unit: id, statement } of refusals)
    if (id === unit.id) own.refuse(plugin, statement);
  const plan = (): PlannedUnit =>
    planUnit(generation, unitScope(generation, scope, unit.id, changes, own), {
      ...inputs,
      notes: own,
    });
  if (own === notes) return plan();
  let planned: PlannedUnit | undefined;
  try {
    planned = plan();
  } catch (thrown) {
    refuseBy(own, thrown);
  }
  notes.take(own);
  const { refusal: refused } = own;
  if (refused === null && planned !== undefined) return planned;
  const message = refused?.message ?? '';
  notes.add(refused?.plugin ?? ENGINE, 0, {
    kind: 'warn',
    code: 'plan.unit-refused',
    text: `${unit.title} will fail when its turn comes: ${message}`,
    values: { unit: unit.id, message },
  });
  return {
    unit,
    ...(refused === null ? {} : { refused }),
    pod: { manifest: stub(inputs), provenance: {}, secrets: [] },
  };
}

/** Has the pod's name, and in place of a spec what no run has a value for: so nobody can create it by mistake. */
const stub = ({ unit, namespace }: UnitInputs): PlannedUnit['pod']['manifest'] => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: unit.podName, namespace },
  spec: { $millrace: 'refused' },
});
