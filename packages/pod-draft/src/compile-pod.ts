import type {
  JsonObject,
  KubeObject,
  ListPolicy,
  PlannedManifest,
  ProvenanceEntry,
  Unit,
} from '@millrace/core';
import type { PodWish } from './claim.ts';
import { claimOf, provenanceEntry, sortWishes } from './claim.ts';
import type { DraftNode } from './draft.ts';
import { addWish, createDraft } from './draft.ts';
import { isObject, sortedMembers } from './json-value.ts';
import { podListPolicies } from './list-policies.ts';
import type { PodConflict, PodDiagnostic } from './pod-conflict.ts';
import type { PodReport, Target } from './pod-report.ts';
import { resolveField } from './resolve-field.ts';
import type { PlacedContainer } from './targets.ts';
import { placeContainers, selects } from './targets.ts';
import { wishPath } from './wish-paths.ts';

/** What a pod is made from. */
export interface PodInput {
  readonly unit: Unit;
  /** In any order: rank, plugin name and sequence decide. */
  readonly contributions: readonly PodWish[];
  /** Lists that do not merge as Kubernetes does, by JSON pointer; `/spec/containers/*` for any container. */
  readonly lists?: Readonly<Record<string, ListPolicy>>;
}

/** A pod with who set what in it. */
export interface CompiledPod extends PlannedManifest {
  readonly diagnostics: readonly PodDiagnostic[];
  /** When there are any, the fields they name are missing in the manifest and the job must not be started. */
  readonly conflicts: readonly PodConflict[];
}

/** Set by the unit itself. */
const unitPlugin = '@millrace/engine';

/**
 * Merges all wishes for the pod of one unit. Pure; the order of the wishes does not matter.
 * @throws RunnerError `MILLRACE_E_BAD_CONTRIBUTION` when a plugin breaks the rules of contributions
 */
export function compilePod({ unit, contributions, lists: overrides }: PodInput): CompiledPod {
  const lists = podListPolicies(overrides);
  const wishes = sortWishes(contributions).map((wish) => ({ wish, path: wishPath(wish) }));
  const containers = placeContainers(unit);
  const report: PodReport = { provenance: {}, secrets: [], diagnostics: [], conflicts: [] };

  const podDraft = createDraft();
  for (const { wish, path } of wishes) {
    const { on } = wish.contribution;
    if (on === undefined) addWish(podDraft, path, wish);
    else if (on.name !== undefined && !containers.some(({ request }) => selects(on, request))) {
      report.diagnostics.push(noContainer(wish, on.name));
    }
  }
  const pod = resolved(podDraft, { pointer: '', path: [], lists, report });

  const compileContainer = (container: PlacedContainer): JsonObject => {
    const { request, list, index } = container;
    const draft = createDraft();
    for (const { wish, path } of wishes) {
      const { on } = wish.contribution;
      if (on !== undefined && selects(on, request)) addWish(draft, path, wish);
    }
    const pointer = `/spec/${list}/${index}`;
    const path = ['spec', list, request.name];
    const fields = resolved(draft, { pointer, path, container: request.name, lists, report });
    report.provenance[`${pointer}/name`] = [unitEntry(unit, request.name)];
    return sortMembers({ ...fields, name: request.name });
  };

  const compiled = Object.groupBy(containers, ({ list }) => list);
  report.provenance['/metadata/name'] = [unitEntry(unit, unit.podName)];
  const manifest: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: sortMembers({ ...memberObject(pod, 'metadata'), name: unit.podName }),
    spec: sortMembers({
      ...memberObject(pod, 'spec'),
      containers: (compiled.containers ?? []).map(compileContainer),
      initContainers: compiled.initContainers?.map(compileContainer),
    }),
  };
  return { manifest, ...report };
}

function resolved(draft: DraftNode, target: Target): JsonObject {
  const value = resolveField(draft, { target, path: [] });
  return isObject(value) ? value : {};
}

function sortMembers(object: JsonObject): JsonObject {
  return Object.fromEntries(sortedMembers(object));
}

function unitEntry(unit: Unit, value: string): ProvenanceEntry {
  return { plugin: unitPlugin, source: `unit ${unit.id}`, value };
}

function noContainer(wish: PodWish, names: readonly string[]): PodDiagnostic {
  const claim = claimOf(wish, wish.contribution.value);
  return {
    kind: 'no-container',
    path: wish.contribution.path,
    secret: claim.secret,
    values: [provenanceEntry(claim)],
    message: `${wish.contribution.path} is set by ${claim.source} (${wish.plugin}) for ${names.join(', ')}, which the pod has not`,
  };
}

function memberObject(object: JsonObject, name: string): JsonObject {
  const member = object[name];
  return isObject(member) ? member : {};
}
