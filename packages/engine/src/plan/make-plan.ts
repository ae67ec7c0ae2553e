import {
  ClusterFactsToken,
  isRunnerError,
  JobRequestToken,
  JobToken,
  NamespaceToken,
  PlanTimeToken,
  RandomToken,
  VariablesToken,
  type AccessQuestion,
  type ClusterFacts,
  type FieldContribution,
  type Job,
  type JobContribution,
  type JobRequest,
  type KubeObject,
  type ListPolicy,
  type Plan,
  type PlannedManifest,
  type PlannedObject,
  type PlannedUnit,
  type PodContribution,
  type ProvenanceEntry,
  type Statement,
  type Unit,
} from '@millrace/core';
import { seededRandom } from '@millrace/async';
import {
  compilePod,
  conflictMessage,
  describeSource,
  provenanceOfPatch,
} from '@millrace/pod-draft';
import type { Collected } from '../hooks/hook-engine.ts';
import type { Scope } from '../scope/scope.ts';
import { engineContributions } from './engine-contributions.ts';
import type { Generation } from './generation.ts';
import { settleSettings } from './job-settings.ts';
import { Notes } from './notes.ts';

/** What a plan depends on besides the settings and the job. */
export interface PlanInputs {
  readonly facts: ClusterFacts;
  /** Names come from it: the same seed gives the same plan. */
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The engine's own name in provenance and refusals. */
export const ENGINE = '@millrace/engine';

/**
 * Decides everything that a job will create and say. Pure: the same generation, request and inputs give the same bytes,
 * whatever the order of plugins. Never throws for what a job or a plugin did wrong: the plan then says `refused`.
 */
export function makePlan(generation: Generation, request: JobRequest, inputs: PlanInputs): Plan {
  const used = new Set<string>();
  const notes = new Notes(generation.bindings);
  const scope = generation.jobScope();
  scope.value(JobRequestToken, request);
  scope.value(RandomToken, seededRandom(inputs.seed));
  scope.value(PlanTimeToken, inputs.now);
  scope.value(ClusterFactsToken, watchedFacts(inputs.facts, used));
  const built = attempt(notes, () => build(generation, scope, request, notes));
  const refused = notes.refusal;
  return {
    version: 1,
    job: {
      id: request.id,
      name: built?.job.name ?? '',
      namespace: built?.namespace ?? '',
      timeoutSeconds: built?.job.timeoutSeconds ?? 0,
      masks: built?.masks ?? [],
      plugins: generation.plugins
        .map(({ plugin: { name, apiVersion } }) => ({ name, apiVersion }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    },
    units: refused === null ? (built?.units ?? []) : [],
    objects: refused === null ? (built?.objects ?? []) : [],
    preconditions: refused === null ? notes.preconditions : [],
    decisions: notes.decisions,
    log: notes.lines,
    refused,
    facts: [...used].toSorted(),
  };
}

interface Built {
  readonly job: Job;
  readonly namespace: string;
  readonly masks: readonly string[];
  readonly units: readonly PlannedUnit[];
  readonly objects: readonly PlannedObject[];
}

function build(generation: Generation, scope: Scope, request: JobRequest, notes: Notes): Built {
  settleSettings(generation, scope, request, notes);
  const resolve = scope.resolveAll.bind(scope);
  const job = scope.resolve(JobToken);
  const namespace = scope.has(NamespaceToken) ? scope.resolve(NamespaceToken) : 'default';
  const units = generation.hooks.waterfall<readonly Unit[]>('planUnits', [], [job], resolve, {
    give: (value) => value,
    accept: (_, result) => result as readonly Unit[],
  });
  const lists = Object.assign(
    {},
    ...generation.bindings.map((binding) => binding.lists ?? {}),
  ) as Readonly<Record<string, ListPolicy>>;
  const planned = units.map((unit) =>
    planUnit(generation, scope, { unit, job, request, namespace, lists, notes }),
  );
  const collected = generation.hooks.collect<JobContribution>(
    'contributeObject',
    [units, job],
    resolve,
  );
  const objects = collected.flatMap(({ plugin, sequence, item }): readonly PlannedObject[] => {
    if (item.kind !== 'object') {
      notes.add(plugin, sequence, item);
      return [];
    }
    const { type, scope: objectScope, id, when, owner, deleteAt, secrets = [] } = item;
    const manifest = labelled(item.manifest, request, type.namespaced ? namespace : undefined);
    const entry: ProvenanceEntry = { plugin, source: describeSource(item.source), value: id };
    return [
      {
        contribution: {
          id,
          scope: objectScope,
          when,
          deleteAt,
          ...(owner === undefined ? {} : { owner }),
        },
        type,
        object: { manifest, provenance: { '': [entry] }, secrets },
      },
    ];
  });
  const masks = scope.has(VariablesToken)
    ? scope
        .resolve(VariablesToken)
        .filter(({ masked, value }) => masked && value !== '')
        .map(({ value }) => value)
    : [];
  return {
    job,
    namespace,
    masks: [...new Set(masks)].toSorted(),
    units: planned,
    objects: objects.toSorted((a, b) => (a.contribution.id < b.contribution.id ? -1 : 1)),
  };
}

interface UnitInputs {
  readonly unit: Unit;
  readonly job: Job;
  readonly request: JobRequest;
  readonly namespace: string;
  readonly lists: Readonly<Record<string, ListPolicy>>;
  readonly notes: Notes;
}

function planUnit(
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
      accept: (before, result, plugin) => {
        const { pod, statements } = isPatched(result)
          ? result
          : { pod: result as KubeObject, statements: [] };
        for (const [sequence, statement] of statements.entries())
          notes.add(plugin, sequence, statement);
        return provenanceOfPatch(before, pod, { plugin, source: 'patch' }, lists);
      },
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

const isPatched = (
  result: unknown,
): result is { readonly pod: KubeObject; readonly statements: readonly Statement[] } =>
  typeof result === 'object' && result !== null && 'pod' in result;

/** Runs a part of planning; what a plugin throws becomes the refusal. */
function attempt<T>(notes: Notes, work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    const { code, reason, blame, hint, position } = thrown;
    notes.refuse(blame ?? ENGINE, {
      code,
      text: hint === undefined ? thrown.message : `${thrown.message} (${hint})`,
      reason,
      ...(position === undefined ? {} : { source: { plugin: blame ?? ENGINE, position } }),
    });
    return undefined;
  }
}

function labelled(
  manifest: KubeObject,
  request: JobRequest,
  namespace: string | undefined,
): KubeObject {
  const labels = {
    ...manifest.metadata.labels,
    'millrace.dev/job': request.id,
    'millrace.dev/runner': request.runner.id,
  };
  return {
    ...manifest,
    metadata: { ...manifest.metadata, ...(namespace === undefined ? {} : { namespace }), labels },
  };
}

function watchedFacts(facts: ClusterFacts, used: Set<string>): ClusterFacts {
  return {
    get version() {
      used.add(`version ${facts.version.major}.${facts.version.minor}`);
      return facts.version;
    },
    allows: (question: AccessQuestion) => {
      const allowed = facts.allows(question);
      used.add(`${allowed ? 'may' : 'may not'} ${question.verb} ${question.resource}`);
      return allowed;
    },
  };
}
