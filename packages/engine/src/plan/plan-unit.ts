import type {
  FieldContribution,
  Job,
  JobRequest,
  KubeObject,
  ListPolicy,
  PlannedManifest,
  PlannedUnit,
  PodContribution,
  PodPatch,
  Statement,
  Unit,
} from '@millrace/core';
import {
  compilePod,
  conflictMessage,
  describeSource,
  provenanceOfPatch,
} from '@millrace/pod-draft';
import { attribute } from '../hooks/attribute.ts';
import type { Collected } from '../hooks/hook-engine.ts';
import type { Scope } from '../scope/scope.ts';
import { ENGINE, engineContributions } from './engine-contributions.ts';
import type { Generation } from './generation.ts';
import type { Notes } from './notes.ts';

/** What a unit's pod depends on. */
export interface UnitInputs {
  readonly unit: Unit;
  readonly job: Job;
  readonly request: JobRequest;
  readonly namespace: string;
  readonly lists: Readonly<Record<string, ListPolicy>>;
  readonly notes: Notes;
}

/** Compiles the pod of one unit from all contributions, patches and checks it. */
export function planUnit(
  generation: Generation,
  scope: Scope,
  { unit, job, request, namespace, lists, notes }: UnitInputs,
): PlannedUnit {
  const resolve = scope.resolveAll.bind(scope);
  const collected = generation.hooks.collect<PodContribution>(
    'contributePod',
    [unit, job],
    resolve,
  );
  const own = engineContributions(unit, request, namespace).map(
    (item, sequence): Collected<PodContribution> => ({ plugin: ENGINE, sequence, item }),
  );
  const fields: { plugin: string; sequence: number; contribution: FieldContribution }[] = [];
  for (const { plugin, sequence, item } of [...own, ...collected]) {
    if (item.kind === 'field') fields.push({ plugin, sequence, contribution: item });
    else notes.add(plugin, sequence, item);
  }
  const compiled = compilePod({ unit, contributions: fields, lists });
  for (const conflict of compiled.conflicts) {
    notes.refuse(conflict.values[0]?.plugin ?? ENGINE, {
      code: 'plan.conflict',
      text: conflictMessage(conflict),
      reason: 'configuration_error',
    });
  }
  for (const [sequence, diagnostic] of compiled.diagnostics.entries()) {
    notes.add(ENGINE, sequence, {
      kind: 'decision',
      subject: diagnostic.path,
      value: '',
      source: { plugin: diagnostic.values[0]?.plugin ?? ENGINE },
      allowed: true,
      reason: diagnostic.message,
      secret: diagnostic.secret,
    });
  }
  const patched = generation.hooks.waterfall<PlannedManifest>(
    'patchPod',
    compiled,
    [unit, job],
    resolve,
    {
      give: ({ manifest }) => manifest,
      accept: (before, result, plugin) =>
        stepsOf(result, plugin).reduce<PlannedManifest>((current, step, index) => {
          for (const [sequence, statement] of (step.statements ?? []).entries())
            notes.add(plugin, index * 1000 + sequence, statement);
          const author = { plugin, source: describeSource(step.source) };
          return provenanceOfPatch(current, step.pod, author, lists);
        }, before),
    },
  );
  const { manifest, provenance, secrets } = patched;
  for (const { plugin, sequence, item } of generation.hooks.collect<Statement>(
    'validatePod',
    [manifest, unit, job],
    resolve,
  ))
    notes.add(plugin, sequence, item);
  return { unit, pod: { manifest, provenance, secrets } };
}

/** What a `patchPod` handler returned, as steps; a bare pod is one step of the plugin's own. */
function stepsOf(result: unknown, plugin: string): readonly PodPatch[] {
  if (Array.isArray(result)) return result as readonly PodPatch[];
  if (typeof result === 'object' && result !== null && 'metadata' in result)
    return [{ pod: result as KubeObject, source: { plugin } }];
  throw attribute(new Error('it must return a pod or a list of patches'), plugin, 'patchPod');
}
