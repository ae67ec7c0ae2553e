import { suggestionHint } from '@millrace/config';
import type { Container } from './container.ts';
import type { Findings } from './findings.ts';

/** A step with what it was compiled to. */
export interface PlacedStep<Step> {
  readonly container: Container;
  readonly step: Step;
}

/**
 * Groups steps into stages: one after the other, or, as soon as one of them has `depends_on`, by how long the longest
 * way of dependencies to it is. Within a stage they stay as written.
 * @param all - also those that this run leaves out
 */
export function toStages<Step>(
  steps: readonly PlacedStep<Step>[],
  all: readonly Container[],
  findings: Findings,
): readonly (readonly Step[])[] {
  if (steps.every(({ container }) => container.dependsOn === undefined))
    return steps.map(({ step }) => [step]);
  warnOfNamesakes(steps, findings);
  checkDependencies(steps, all, findings);
  const stages: PlacedStep<Step>[][] = [];
  let waiting = steps;
  const present = new Set(steps.map(({ container }) => container.name));
  while (waiting.length > 0) {
    const open = new Set(waiting.map(({ container }) => container.name));
    const ready = waiting.filter(({ container }) =>
      (container.dependsOn ?? []).every(({ name }) => !present.has(name) || !open.has(name)),
    );
    if (ready.length === 0) {
      reportCycle(waiting, findings);
      break;
    }
    stages.push([...ready]);
    waiting = waiting.filter((step) => !ready.includes(step));
  }
  return stages.map((stage) => stage.map(({ step }) => step));
}

function warnOfNamesakes(steps: readonly PlacedStep<unknown>[], findings: Findings): void {
  const names = new Set<string>();
  for (const { container } of steps) {
    if (names.has(container.name))
      findings.error(
        container.node,
        `there is a step "${container.name}" before, and with depends_on names must differ`,
        'give it another name',
      );
    names.add(container.name);
  }
}

function checkDependencies(
  steps: readonly PlacedStep<unknown>[],
  all: readonly Container[],
  findings: Findings,
): void {
  const present = new Set(steps.map(({ container }) => container.name));
  const written = all.map(({ name }) => name);
  for (const { container } of steps) {
    for (const { node, name, optional } of container.dependsOn ?? []) {
      if (present.has(name) || optional) continue;
      if (written.includes(name))
        findings.error(
          node,
          `"${container.name}" waits for "${name}", which this run leaves out by its when`,
          `if it may be missing, write - name: ${name} and optional: true`,
        );
      else
        findings.error(
          node,
          `there is no step "${name}"`,
          suggestionHint(name, written).hint ?? 'write the name of a step of this file',
        );
    }
  }
}

/** Follows dependencies among the steps that wait for each other until a name comes again. */
function reportCycle(waiting: readonly PlacedStep<unknown>[], findings: Findings): void {
  const byName = new Map(waiting.map(({ container }) => [container.name, container]));
  const path: string[] = [];
  let current = waiting[0]?.container;
  while (current !== undefined && !path.includes(current.name)) {
    path.push(current.name);
    const next = (current.dependsOn ?? []).find(({ name }) => byName.has(name));
    current = next === undefined ? undefined : byName.get(next.name);
  }
  if (current === undefined) return;
  const cycle = [...path.slice(path.indexOf(current.name)), current.name].join(' → ');
  findings.error(
    current.dependsOn?.[0]?.node ?? current.node,
    `these steps wait for each other: ${cycle}`,
    'remove one of these dependencies',
  );
}
