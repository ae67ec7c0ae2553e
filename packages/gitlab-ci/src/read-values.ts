import { suggestionHint } from '@millrace/config';
import { describeNode, type CiMap, type CiNode } from './ci-node.ts';
import type { Findings } from './findings.ts';

/** GitLab: a script may nest lists ten deep, as anchors and `!reference` produce them. */
const maxScriptDepth = 10;

/** Each reader returns `undefined` after reporting that the value has another shape. */
export function readString(node: CiNode, findings: Findings): string | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
  refuse(node, 'a string', findings);
  return undefined;
}

export function readBoolean(node: CiNode, findings: Findings): boolean | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  refuse(node, 'true or false', findings);
  return undefined;
}

export function readMap(node: CiNode, findings: Findings): CiMap | undefined {
  if (node.kind === 'map') return node;
  refuse(node, 'a mapping', findings);
  return undefined;
}

export function readStrings(node: CiNode, findings: Findings): readonly string[] | undefined {
  if (node.kind !== 'list') {
    refuse(node, 'a list of strings', findings);
    return undefined;
  }
  const strings = node.items.map((item) => readString(item, findings));
  return strings.includes(undefined) ? undefined : strings.filter((item) => item !== undefined);
}

export function readStringOrStrings(
  node: CiNode,
  findings: Findings,
): readonly string[] | undefined {
  if (node.kind === 'list') return readStrings(node, findings);
  if (node.kind === 'scalar' && typeof node.value === 'string') return [node.value];
  refuse(node, 'a string or a list of strings', findings);
  return undefined;
}

export function readChoice<Choice extends string>(
  node: CiNode,
  choices: readonly Choice[],
  findings: Findings,
): Choice | undefined {
  const choice = choices.find((candidate) => node.kind === 'scalar' && node.value === candidate);
  if (choice !== undefined) return choice;
  const hint = node.kind === 'scalar' ? suggestionHint(node.text, choices).hint : undefined;
  refuse(node, `one of ${choices.join(', ')}`, findings, hint);
  return undefined;
}

/** Lines of `script`, `before_script` or `after_script`: a string, or strings in lists nested at will. */
export function readScript(
  node: CiNode,
  findings: Findings,
  depth = 0,
): readonly string[] | undefined {
  if (node.kind === 'list' && depth <= maxScriptDepth) {
    const parts = node.items.map((item) => readScript(item, findings, depth + 1));
    return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
  }
  if (node.kind === 'scalar' && typeof node.value === 'string') return [node.value];
  const colon = 'a colon followed by a space makes a mapping: put the whole command in quotes';
  const hint = node.kind === 'map' ? colon : 'put the command in quotes';
  refuse(node, `a command, or lists of commands at most ${maxScriptDepth} deep`, findings, hint);
  return undefined;
}

function refuse(node: CiNode, expected: string, findings: Findings, hint?: string): void {
  findings.error(node, `expected ${expected}, found ${describeNode(node)}`, hint);
}
