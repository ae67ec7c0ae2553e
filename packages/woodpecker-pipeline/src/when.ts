import { pipelineEvents, type PipelineEvent } from './context.ts';
import { parseExpression, type Expression } from './expression.ts';
import type { Findings } from './findings.ts';
import { getEntry, type PipelineMap, type PipelineNode } from './pipeline-node.ts';
import {
  readChoice,
  readFlag,
  readKey,
  readMap,
  readText,
  readTextOrTexts,
} from './read-values.ts';

/** Globs that a value must match, and globs that it must not. */
export interface GlobList {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** `when.path`: globs for the changed files. */
export interface PathCondition extends GlobList {
  /** In the commit's message it makes the condition hold. */
  readonly ignoreMessage: string;
  /** The answer when no file changed. */
  readonly onEmpty: boolean;
}

/** Globs by variable of the matrix. */
export interface MatrixCondition {
  readonly include: Readonly<Record<string, string>>;
  readonly exclude: Readonly<Record<string, string>>;
}

/** One entry of `when`: all that it says must hold. */
export interface Condition {
  readonly events: readonly PipelineEvent[];
  readonly status: readonly ('success' | 'failure')[];
  readonly lists: Readonly<Partial<Record<ListKey, GlobList>>>;
  readonly matrix?: MatrixCondition;
  readonly path?: PathCondition;
  readonly local: boolean;
  readonly evaluate?: { readonly node: PipelineNode; readonly expression: Expression };
}

/** `when`: one entry of it must hold; an empty one always does. */
export type When = readonly Condition[];

/** Keys of `when` that compare one value with globs. */
export type ListKey = 'branch' | 'cron' | 'instance' | 'platform' | 'ref' | 'repo';

const listKeys: readonly ListKey[] = ['branch', 'cron', 'instance', 'platform', 'ref', 'repo'];
const otherKeys: readonly string[] = ['evaluate', 'event', 'local', 'matrix', 'path', 'status'];

export function readWhen(node: PipelineNode, findings: Findings): When {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const map = readMap(item, findings);
    return map === undefined ? [] : [readCondition(map, findings)];
  });
}

function readCondition(map: PipelineMap, findings: Findings): Condition {
  findings.onlyKeys(map, [...listKeys, ...otherKeys]);
  const lists = listKeys.flatMap((key) => {
    const list = readKey(map, key, readGlobList, findings);
    return list === undefined ? [] : [[key, list] as const];
  });
  const matrix = readKey(map, 'matrix', readMatrixCondition, findings);
  const path = readKey(map, 'path', readPath, findings);
  const evaluate = readKey(map, 'evaluate', readEvaluate, findings);
  return {
    events: readChoices(map, 'event', pipelineEvents, findings),
    status: readChoices(map, 'status', ['success', 'failure'], findings),
    lists: Object.fromEntries(lists),
    local: readKey(map, 'local', readFlag, findings) ?? true,
    ...(matrix === undefined ? {} : { matrix }),
    ...(path === undefined ? {} : { path }),
    ...(evaluate === undefined ? {} : { evaluate }),
  };
}

function readChoices<Choice extends string>(
  map: PipelineMap,
  key: string,
  choices: readonly Choice[],
  findings: Findings,
): readonly Choice[] {
  const node = getEntry(map, key);
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => readChoice(item, choices, findings) ?? []);
}

function readGlobList(node: PipelineNode, findings: Findings): GlobList | undefined {
  if (node.kind !== 'map') {
    const include = readTextOrTexts(node, findings);
    return include === undefined ? undefined : { include, exclude: [] };
  }
  findings.onlyKeys(node, ['include', 'exclude']);
  return {
    include: readKey(node, 'include', readTextOrTexts, findings) ?? [],
    exclude: readKey(node, 'exclude', readTextOrTexts, findings) ?? [],
  };
}

function readPath(node: PipelineNode, findings: Findings): PathCondition | undefined {
  if (node.kind !== 'map') {
    const include = readTextOrTexts(node, findings);
    return include && { include, exclude: [], ignoreMessage: '', onEmpty: true };
  }
  findings.onlyKeys(node, ['include', 'exclude', 'ignore_message', 'on_empty']);
  return {
    include: readKey(node, 'include', readTextOrTexts, findings) ?? [],
    exclude: readKey(node, 'exclude', readTextOrTexts, findings) ?? [],
    ignoreMessage: readKey(node, 'ignore_message', readText, findings) ?? '',
    onEmpty: readKey(node, 'on_empty', readFlag, findings) ?? true,
  };
}

/** `include:` and `exclude:` are mappings themselves; every other key is a variable to include. */
function readMatrixCondition(node: PipelineNode, findings: Findings): MatrixCondition | undefined {
  const map = readMap(node, findings);
  if (map === undefined) return undefined;
  const parts = ['include', 'exclude'].filter((key) => getEntry(map, key)?.kind === 'map');
  const part = (key: string): Readonly<Record<string, string>> => {
    const entry = getEntry(map, key);
    return entry?.kind === 'map' ? readGlobs(entry, [], findings) : {};
  };
  return {
    include: { ...part('include'), ...readGlobs(map, parts, findings) },
    exclude: part('exclude'),
  };
}

function readGlobs(
  map: PipelineMap,
  without: readonly string[],
  findings: Findings,
): Readonly<Record<string, string>> {
  const entries = [...map.entries].filter(([key]) => !without.includes(key));
  return Object.fromEntries(
    entries.map(([key, node]) => [key, readText(node, findings) ?? ''] as const),
  );
}

function readEvaluate(node: PipelineNode, findings: Findings): Condition['evaluate'] {
  const text = readText(node, findings);
  if (text === undefined || text === '') return undefined;
  const parsed = parseExpression(text);
  if (parsed.ok) return { node, expression: parsed.expression };
  findings.error(node, parsed.message, parsed.hint);
  return undefined;
}
