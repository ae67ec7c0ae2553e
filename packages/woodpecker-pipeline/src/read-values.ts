import { suggestionHint } from '@millrace/config';
import type { Findings } from './findings.ts';
import {
  describeNode,
  getEntry,
  type PipelineList,
  type PipelineMap,
  type PipelineNode,
} from './pipeline-node.ts';

/** Words that Go's YAML reader takes for a boolean where one is wanted, besides `true` and `false`. */
const words: Readonly<Record<string, boolean>> = {
  y: true,
  yes: true,
  on: true,
  n: false,
  no: false,
  off: false,
};

const colonHint = 'a colon followed by a space makes a mapping: put the whole text in quotes';

/** Each reader returns `undefined` after reporting that the value has another shape. Text may be any scalar, as written. */
export function readText(node: PipelineNode, findings: Findings): string | undefined {
  if (node.kind === 'scalar') return node.value === null ? '' : node.text;
  refuse(node, 'text', findings, node.kind === 'map' ? colonHint : undefined);
  return undefined;
}

export function readFlag(node: PipelineNode, findings: Findings): boolean | undefined {
  if (node.kind === 'scalar') {
    if (typeof node.value === 'boolean') return node.value;
    const word = typeof node.value === 'string' ? words[node.value.toLowerCase()] : undefined;
    if (word !== undefined) return word;
  }
  refuse(node, 'true or false', findings);
  return undefined;
}

export function readMap(node: PipelineNode, findings: Findings): PipelineMap | undefined {
  if (node.kind === 'map') return node;
  refuse(node, 'a mapping', findings);
  return undefined;
}

export function readList(node: PipelineNode, findings: Findings): PipelineList | undefined {
  if (node.kind === 'list') return node;
  refuse(node, 'a list', findings, 'write each value after a dash');
  return undefined;
}

/** A list of texts; a number in it counts as text. */
export function readTexts(node: PipelineNode, findings: Findings): readonly string[] | undefined {
  return readList(node, findings)?.items.flatMap((item) => readText(item, findings) ?? []);
}

/** One text, or a list in which, as on the server, every element must be a string. */
export function readTextOrTexts(
  node: PipelineNode,
  findings: Findings,
): readonly string[] | undefined {
  if (node.kind === 'scalar') return [node.text];
  if (node.kind === 'map') {
    refuse(node, 'a string or a list of strings', findings, colonHint);
    return undefined;
  }
  return node.items.flatMap((item) => {
    if (item.kind === 'scalar' && typeof item.value === 'string') return [item.value];
    refuse(item, 'a string', findings, item.kind === 'map' ? colonHint : 'put it in quotes');
    return [];
  });
}

export function readChoice<Choice extends string>(
  node: PipelineNode,
  choices: readonly Choice[],
  findings: Findings,
): Choice | undefined {
  const choice = choices.find((candidate) => node.kind === 'scalar' && node.text === candidate);
  if (choice !== undefined) return choice;
  const hint = node.kind === 'scalar' ? suggestionHint(node.text, choices).hint : undefined;
  refuse(node, `one of ${choices.join(', ')}`, findings, hint);
  return undefined;
}

/** Reads the value of a key when it has one. */
export function readKey<Value>(
  map: PipelineMap,
  key: string,
  reader: (node: PipelineNode, findings: Findings) => Value | undefined,
  findings: Findings,
): Value | undefined {
  const node = getEntry(map, key);
  return node === undefined ? undefined : reader(node, findings);
}

function refuse(node: PipelineNode, expected: string, findings: Findings, hint?: string): void {
  findings.error(node, `expected ${expected}, found ${describeNode(node)}`, hint);
}
