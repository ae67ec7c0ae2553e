import type {
  Job,
  JobContribution,
  JobRequest,
  KubeObject,
  PlannedObject,
  ProvenanceEntry,
  Unit,
} from '@millrace/core';
import { describeSource } from '@millrace/pod-draft';
import type { Collected } from '../hooks/hook-engine.ts';
import type { Scope } from '../scope/scope.ts';
import { ENGINE } from './engine-contributions.ts';
import type { Generation } from './generation.ts';
import type { Notes } from './notes.ts';

/** What a job's objects besides its pods depend on. */
export interface ObjectInputs {
  readonly units: readonly Unit[];
  readonly job: Job;
  readonly request: JobRequest;
  readonly namespace: string;
  readonly notes: Notes;
}

/** The objects besides the pods that plugins want, in the order of their ids. */
export function planObjects(
  generation: Generation,
  scope: Scope,
  { units, job, request, namespace, notes }: ObjectInputs,
): readonly PlannedObject[] {
  const collected = generation.hooks.collect<JobContribution>(
    'contributeObject',
    [units, job],
    scope.resolveAll.bind(scope),
  );
  const owners = new Map<string, string>();
  const objects = collected.flatMap((entry) => {
    const { plugin, sequence, item } = entry;
    if (item.kind !== 'object') {
      notes.add(plugin, sequence, item);
      return [];
    }
    const named = [item.scope === 'job' ? undefined : item.scope.unit, item.owner?.unit];
    for (const unit of named)
      if (unit !== undefined && !units.some(({ id }) => id === unit))
        notes.refuse(ENGINE, {
          code: 'plan.objects',
          text: `the object ${item.id} of plugin ${plugin} names the unit ${unit}, which the job does not have`,
          reason: 'plugin_failed',
        });
    if (item.scope === 'job' && item.when === 'after')
      notes.refuse(ENGINE, {
        code: 'plan.objects',
        text: `the object ${item.id} of plugin ${plugin} is to come after the whole job's start, which is no moment: give it the unit whose pod it follows`,
        reason: 'plugin_failed',
      });
    const other = owners.get(item.id);
    if (other !== undefined)
      notes.refuse(ENGINE, {
        code: 'plan.objects',
        text: `plugins ${[other, plugin].toSorted().join(' and ')} both contribute the object ${item.id}`,
        reason: 'configuration_error',
      });
    owners.set(item.id, plugin);
    return [planned({ plugin, sequence, item }, request, namespace)];
  });
  return objects.toSorted((a, b) => (a.contribution.id < b.contribution.id ? -1 : 1));
}

function planned(
  { plugin, item }: Collected<JobContribution & { readonly kind: 'object' }>,
  request: JobRequest,
  namespace: string,
): PlannedObject {
  const { type, scope, id, when, owner, deleteAt, secrets = [] } = item;
  const inNamespace = type.namespaced ? namespace : undefined;
  const manifest =
    deleteAt === 'never'
      ? placed(item.manifest, inNamespace)
      : labelled(placed(item.manifest, inNamespace), request);
  const entry: ProvenanceEntry = { plugin, source: describeSource(item.source), value: id };
  return {
    contribution: { id, scope, when, deleteAt, ...(owner === undefined ? {} : { owner }) },
    type,
    object: { manifest, provenance: { '': [entry] }, secrets },
  };
}

const placed = (manifest: KubeObject, namespace: string | undefined): KubeObject =>
  namespace === undefined
    ? manifest
    : { ...manifest, metadata: { ...manifest.metadata, namespace } };

function labelled(manifest: KubeObject, request: JobRequest): KubeObject {
  const labels = {
    ...manifest.metadata.labels,
    'millrace.dev/job': request.id,
    'millrace.dev/runner': request.runner.id,
  };
  return { ...manifest, metadata: { ...manifest.metadata, labels } };
}
