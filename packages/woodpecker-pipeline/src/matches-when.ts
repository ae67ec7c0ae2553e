import { matchesGlob } from '@millrace/kube-objects';
import { isPullRequest, type PipelineContext } from './context.ts';
import { evaluateCondition, ExpressionError } from './evaluate.ts';
import type { Findings } from './findings.ts';
import type { Condition, GlobList, ListKey, MatrixCondition, PathCondition, When } from './when.ts';

/** What conditions are compared with. */
export interface WhenFacts {
  readonly context: PipelineContext;
  /** Of the workflow; absent for a workflow's own `when`, in which `matrix` has no say. */
  readonly matrix?: Readonly<Record<string, string>>;
  /** Variables for `evaluate`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Whether one of the entries holds. */
export function matchesWhen(when: When, facts: WhenFacts, findings: Findings): boolean {
  return when.length === 0 || when.some((condition) => holds(condition, facts, findings));
}

/**
 * With which states of the workflow a step runs: with success unless every entry that holds names states without it;
 * with failure only where one names it.
 */
export function statesOf(
  when: When,
  facts: WhenFacts,
  findings: Findings,
): { readonly onSuccess: boolean; readonly onFailure: boolean } {
  const holding = when.filter((condition) => holds(condition, facts, findings));
  return {
    onSuccess:
      when.length === 0 ||
      holding.some(({ status }) => status.length === 0 || status.includes('success')),
    onFailure: holding.some(({ status }) => status.includes('failure')),
  };
}

/** False when one of the entries keeps the step out of local runs. */
export const runsLocally = (when: When): boolean => when.every(({ local }) => local);

function holds(condition: Condition, facts: WhenFacts, findings: Findings): boolean {
  const { context, matrix } = facts;
  const { event, commit = {} } = context.pipeline;
  const { events } = condition;
  const lists = Object.entries(condition.lists) as [ListKey, GlobList][];
  const filesMatter = isPullRequest(event) || event === 'push';
  return (
    (events.length === 0 || (event !== undefined && events.includes(event))) &&
    (matrix === undefined || matchesMatrix(condition.matrix, matrix)) &&
    lists.every(([key, list]) => matchesList(key, list, context)) &&
    (!filesMatter ||
      matchesPath(condition.path, commit.changedFiles ?? [], commit.message ?? '')) &&
    matchesEvaluate(condition, facts, findings)
  );
}

/** Branches do not count for tags, and names of cron jobs only for cron. */
function matchesList(key: ListKey, list: GlobList, context: PipelineContext): boolean {
  const { repository, pipeline, platform = '', systemUrl } = context;
  const { commit = {}, event } = pipeline;
  switch (key) {
    case 'branch':
      return event === 'tag' || isIn(list, commit.branch ?? '');
    case 'cron':
      return event !== 'cron' || isIn(list, pipeline.cron ?? '');
    case 'instance':
      return isIn(list, systemUrl.host);
    case 'platform':
      return isIn(list, platform);
    case 'ref':
      return isIn(list, commit.ref ?? '');
    case 'repo':
      return isIn(list, `${repository.owner}/${repository.name}`);
  }
}

function isIn({ include, exclude }: GlobList, value: string): boolean {
  if (exclude.some((glob) => matchesGlob(glob, value))) return false;
  return include.length === 0 || include.some((glob) => matchesGlob(glob, value));
}

/** Excludes count together: all of them must match. */
function matchesMatrix(
  condition: MatrixCondition | undefined,
  matrix: Readonly<Record<string, string>>,
): boolean {
  if (condition === undefined) return true;
  const matches = ([key, glob]: readonly [string, string]): boolean =>
    matchesGlob(glob, matrix[key] ?? '');
  const exclude = Object.entries(condition.exclude);
  if (exclude.length > 0 && exclude.every(matches)) return false;
  return Object.entries(condition.include).every(matches);
}

/** Excluded is a run only when every changed file is. */
function matchesPath(
  condition: PathCondition | undefined,
  files: readonly string[],
  message: string,
): boolean {
  if (condition === undefined) return true;
  const { include, exclude, ignoreMessage, onEmpty } = condition;
  if (ignoreMessage !== '' && message.toLowerCase().includes(ignoreMessage.toLowerCase()))
    return true;
  if (files.length === 0) return onEmpty;
  const matchesOne = (file: string, globs: readonly string[]): boolean =>
    globs.some((glob) => matchesGlob(glob, file));
  if (exclude.length > 0 && files.every((file) => matchesOne(file, exclude))) return false;
  return include.length === 0 || files.some((file) => matchesOne(file, include));
}

function matchesEvaluate(
  { evaluate }: Condition,
  { environment }: WhenFacts,
  findings: Findings,
): boolean {
  if (evaluate === undefined) return true;
  try {
    return evaluateCondition(evaluate.expression, environment);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    findings.error(evaluate.node, error.message, error.hint);
    return false;
  }
}
