import {
  ClusterFactsToken,
  CredentialToken,
  JobRequestToken,
  JobToken,
  NamespaceToken,
  PlanTimeToken,
  RandomToken,
  VariablesToken,
  type AccessQuestion,
  type ClusterFacts,
  type Job,
  type JobCredential,
  type JobRequest,
  type ListPolicy,
  type Plan,
  type PlannedObject,
  type PlannedUnit,
  type Unit,
} from '@millrace/core';
import { seededRandom } from '@millrace/async';
import { listFrom } from '../hooks/hook-engine.ts';
import type { Scope } from '../scope/scope.ts';
import { ENGINE } from './engine-contributions.ts';
import type { Generation } from './generation.ts';
import { settleSettings } from './job-settings.ts';
import { Notes } from './notes.ts';
import { planObjects } from './plan-objects.ts';
import { planWithSettings } from './plan-with-settings.ts';
import { refuseBy } from './refuse-by.ts';
import { unitFaults } from './unit-faults.ts';

/** What a plan depends on besides the settings and the job. */
export interface PlanInputs {
  readonly facts: ClusterFacts;
  /** Names come from it: the same seed gives the same plan. */
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

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
      ...(built?.credential === undefined ? {} : { credential: built.credential }),
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
  readonly credential: JobCredential | undefined;
  readonly masks: readonly string[];
  readonly units: readonly PlannedUnit[];
  readonly objects: readonly PlannedObject[];
}

function build(generation: Generation, scope: Scope, request: JobRequest, notes: Notes): Built {
  const answers = settleSettings(generation, scope, request, notes);
  const { changes } = answers;
  const resolve = scope.resolveAll.bind(scope);
  const job = scope.resolve(JobToken);
  const namespace = scope.has(NamespaceToken) ? scope.resolve(NamespaceToken) : 'default';
  const units = generation.hooks.waterfall<readonly Unit[]>('planUnits', [], [job], resolve, {
    give: (value) => value,
    accept: (_, result, plugin) =>
      listFrom({ plugin, hook: 'planUnits' }, result) as readonly Unit[],
  });
  for (const fault of unitFaults(units))
    notes.refuse(ENGINE, { code: 'plan.units', text: fault, reason: 'configuration_error' });
  const lists = Object.assign(
    {},
    ...generation.bindings.map((binding) => binding.lists ?? {}),
  ) as Readonly<Record<string, ListPolicy>>;
  const planned = units.map((unit) =>
    planWithSettings(generation, scope, answers, {
      unit,
      job,
      request,
      namespace,
      lists,
      notes,
    }),
  );
  for (const { plugin, unit: id } of changes)
    if (id !== undefined && !units.some((unit) => unit.id === id))
      notes.refuse(ENGINE, {
        code: 'plan.units',
        text: `plugin ${plugin} is given settings for the unit ${id}, which the job does not have`,
        reason: 'plugin_failed',
      });
  const objects = planObjects(generation, scope, { units, job, request, namespace, notes });
  const masks = scope.has(VariablesToken)
    ? scope
        .resolve(VariablesToken)
        .filter(({ masked, value }) => masked && value !== '')
        .map(({ value }) => value)
    : [];
  return {
    job,
    namespace,
    credential: scope.has(CredentialToken) ? scope.resolve(CredentialToken) : undefined,
    masks: [...new Set(masks)].toSorted(),
    units: planned,
    objects,
  };
}

/** Runs a part of planning; what a plugin throws becomes the refusal. */
function attempt<T>(notes: Notes, work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    refuseBy(notes, thrown);
    return undefined;
  }
}

function watchedFacts(facts: ClusterFacts, used: Set<string>): ClusterFacts {
  return {
    get version() {
      used.add(`version ${facts.version.major}.${facts.version.minor}`);
      return facts.version;
    },
    allows: (question: AccessQuestion) => {
      const allowed = facts.allows(question);
      used.add(`${allowed ? 'may' : 'may not'} ${describeRight(question)}`);
      return allowed;
    },
  };
}

const describeRight = ({ verb, group, resource, subresource, namespace }: AccessQuestion): string =>
  [
    `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`,
    ...(namespace === undefined ? [] : [`in ${namespace}`]),
  ].join(' ');
