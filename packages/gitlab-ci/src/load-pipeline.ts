import { RunnerError } from '@millrace/core';
import { parseYaml, suggestionHint } from '@millrace/config';
import { getEntry, toCiNode, type CiMap, type CiNode } from './ci-node.ts';
import { resolveExtends } from './extends.ts';
import { Findings, type FindingsView } from './findings.ts';
import { checkTopLevel, readDefaults, readInherit, withDefaults } from './inherit.ts';
import { connectJobs } from './job-graph.ts';
import { topLevelKeys } from './job-keys.ts';
import { checkJobKeys } from './job-support.ts';
import type { GitFacts, Pipeline } from './pipeline.ts';
import { checkScript, readJob, type JobDraft } from './read-job.ts';
import { resolveReferences } from './references.ts';
import { readStages } from './stages.ts';
import { readVariables, type CiVariable } from './variables.ts';

/** A pipeline file and what is known around it. */
export interface PipelineSource {
  readonly text: string;
  /** How messages name the file; it is not read. */
  readonly file: string;
  readonly git: GitFacts;
  /** Variables of the caller; they win over those of the file. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The one job that is to run. Its `rules` are then a warning, and what other jobs use that is not supported does not matter. */
  readonly job?: string;
}

/**
 * Reads a `.gitlab-ci.yml` as GitLab does, as far as local runs need it.
 * @throws RunnerError `MILLRACE_E_CONFIG_SYNTAX` for what is not YAML; `MILLRACE_E_PIPELINE` naming, with places, everything
 *   that GitLab would refuse and every key whose absence would make the run mean something else;
 *   `MILLRACE_E_PIPELINE_JOB` when there is no such job
 */
export function loadPipeline(source: PipelineSource): Pipeline {
  const { text, file, git, variables = {} } = source;
  const findings = new Findings(source.job === undefined ? 'pipeline' : 'named');
  const document = parseYaml(text, file, { flavor: 'ruby', listTags: ['!reference'] });
  findings.add(...document.warnings);
  const written = toCiNode(document, file);
  const { root, isBroken } = resolveExtends(
    written.kind === 'map' ? written : { ...written, kind: 'map', entries: new Map() },
    findings,
  );
  const globalRoot = resolveReferences(onlyGlobals(root), root, findings);
  const globals = readGlobals(globalRoot, source, findings);
  const stages = readStages(globalRoot, findings);
  checkTopLevel(root, findings);
  checkGlobalSupport(globalRoot, findings);
  const drafts = [...root.entries].flatMap(([name, node]) => {
    if (node.kind !== 'map' || name.startsWith('.') || topLevelKeys.includes(name)) return [];
    return [draftJob(name, node, isBroken(name), root, globals, findings)];
  });
  if (drafts.length === 0)
    findings.error(
      root,
      'this file has no jobs',
      'write at least one job: a name, and below it script:',
    );
  const jobs = connectJobs(drafts, stages, findings);
  findings.throwIfErrors(file);
  if (source.job !== undefined)
    requireJob(
      source.job,
      jobs.map(({ name }) => name),
      file,
    );
  return {
    file,
    stages,
    jobs,
    git,
    givenVariables: variables,
    warnings: findings.warnings,
    notes: findings.notes,
  };
}

function onlyGlobals(root: CiMap): CiMap {
  return {
    ...root,
    entries: new Map([...root.entries].filter(([key]) => topLevelKeys.includes(key))),
  };
}

/** What every job may take over, and what the caller wants. */
interface Globals {
  readonly defaults: ReadonlyMap<string, CiNode>;
  readonly variables: readonly CiVariable[];
  /** Names of variables that the caller provides. */
  readonly given: ReadonlySet<string>;
  readonly viewOf: (job: string) => FindingsView;
}

function readGlobals(root: CiMap, source: PipelineSource, findings: Findings): Globals {
  const variables = getEntry(root, 'variables');
  return {
    defaults: readDefaults(root, findings),
    variables: variables === undefined ? [] : readVariables(variables, 'global', findings),
    given: new Set(Object.keys(source.variables ?? {})),
    viewOf: (job) =>
      source.job === undefined ? 'pipeline' : source.job === job ? 'named' : 'other',
  };
}

function draftJob(
  name: string,
  extended: CiMap,
  isBroken: boolean,
  root: CiMap,
  globals: Globals,
  allFindings: Findings,
): JobDraft {
  const findings = allFindings.in(globals.viewOf(name));
  const own = resolveReferences(extended, root, findings);
  const inherit = readInherit(own, findings);
  const job = withDefaults(own, globals.defaults, inherit.defaults);
  // Without a script it may be anything, so its keys say nothing.
  if (isBroken || checkScript(name, job, topLevelKeys, findings))
    checkJobKeys(name, job, globals.given, findings);
  const variables = globals.variables.filter(({ key }) => inherit.variables(key));
  return readJob(name, job, variables, findings);
}

/** Keys of the whole file that local runs do not follow. */
function checkGlobalSupport(root: CiMap, findings: Findings): void {
  const include = getEntry(root, 'include');
  if (include !== undefined)
    findings.unsupported(
      include,
      'include is not supported by local runs',
      'copy what the jobs need into this file',
    );
  const spec = getEntry(root, 'spec');
  if (spec !== undefined)
    findings.unsupported(
      spec,
      'spec is not supported by local runs',
      'write the values in place of the inputs',
    );
  const workflow = getEntry(root, 'workflow');
  if (workflow === undefined) return;
  const rules = workflow.kind === 'map' ? getEntry(workflow, 'rules') : undefined;
  const setsVariables =
    rules?.kind === 'list' &&
    rules.items.some((rule) => rule.kind === 'map' && rule.entries.has('variables'));
  const message = 'workflow is not supported by local runs: its rules are not evaluated';
  if (setsVariables)
    findings.condition(
      workflow,
      `${message}, the variables they set are missing`,
      'remove it, or run a job by name',
    );
  else findings.warning(workflow, message, 'the pipeline runs because it was asked for');
}

function requireJob(name: string, names: readonly string[], file: string): void {
  if (names.includes(name)) return;
  const { hint = `choose one of ${names.join(', ')}` } = suggestionHint(name, names);
  throw new RunnerError(`${file} has no job "${name}"`, {
    code: 'MILLRACE_E_PIPELINE_JOB',
    kind: 'config',
    blame: name,
    hint,
  });
}
