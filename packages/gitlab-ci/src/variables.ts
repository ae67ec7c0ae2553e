import { describeNode, getEntry, type CiMap, type CiNode, type CiScalar } from './ci-node.ts';
import type { Findings } from './findings.ts';
import { readBoolean, readMap, readString, readStrings } from './read-values.ts';

/** A variable as written; its value is expanded by the runner unless `raw`. */
export interface CiVariable {
  readonly key: string;
  readonly value: string;
  /** Written with `expand: false`: `$` in the value stays as it is. */
  readonly raw: boolean;
}

/** Keys of a variable written as a mapping; only the pipeline's own may describe themselves. */
const jobKeys = ['value', 'expand'];
const globalKeys = [...jobKeys, 'description', 'options'];

/** Reads a `variables:` mapping, of the whole pipeline or of a job or service. */
export function readVariables(
  node: CiNode,
  scope: 'global' | 'job',
  findings: Findings,
): readonly CiVariable[] {
  const map = readMap(node, findings);
  if (map === undefined) return [];
  return [...map.entries].flatMap(([key, value]) => {
    const variable =
      value.kind === 'map'
        ? readDetailed(key, value, scope, findings)
        : readScalar(key, value, findings);
    return variable === undefined ? [] : [variable];
  });
}

/** Later lists win; a name keeps the place of its first appearance. */
export function overlayVariables(
  ...layers: readonly (readonly CiVariable[])[]
): readonly CiVariable[] {
  return [...new Map(layers.flat().map((variable) => [variable.key, variable])).values()];
}

function readScalar(key: string, node: CiNode, findings: Findings): CiVariable | undefined {
  const value = readValue(node, findings);
  return value === undefined ? undefined : { key, value, raw: false };
}

function readDetailed(
  key: string,
  map: CiMap,
  scope: 'global' | 'job',
  findings: Findings,
): CiVariable | undefined {
  findings.onlyKeys(map, scope === 'global' ? globalKeys : jobKeys);
  const expandNode = getEntry(map, 'expand');
  const expand = expandNode === undefined ? true : (readBoolean(expandNode, findings) ?? true);
  const valueNode = getEntry(map, 'value');
  const value = valueNode === undefined ? '' : readValue(valueNode, findings);
  if (valueNode === undefined && scope === 'job')
    findings.error(map, 'this variable has no value', 'add value:');
  const description = getEntry(map, 'description');
  if (description !== undefined) readString(description, findings);
  const optionsNode = getEntry(map, 'options');
  const options = optionsNode === undefined ? undefined : readStrings(optionsNode, findings);
  if (options !== undefined && value !== undefined && !options.includes(value)) {
    findings.error(
      map,
      `the value "${value}" is not one of its options: ${options.join(', ')}`,
      'add it to options, or choose another value',
    );
  }
  return value === undefined ? undefined : { key, value, raw: !expand };
}

function readValue(node: CiNode, findings: Findings): string | undefined {
  if (node.kind !== 'scalar' || node.value === null) {
    findings.error(
      node,
      `expected a string or a number, found ${describeNode(node)}`,
      'put the value in quotes; "" is the empty value',
    );
    return undefined;
  }
  if (typeof node.value === 'boolean') {
    findings.warning(
      node,
      `GitLab refuses ${node.text} as a value; here it is the text "${node.text}"`,
      `write "${node.text}" in quotes`,
    );
    return node.text;
  }
  return typeof node.value === 'number' ? numberText(node, node.value, findings) : node.value;
}

/** GitLab reads a number and prints it again, as Ruby does: `1.10` arrives as `1.1`, `010` as `8`, `1.0` as it is. */
function numberText(node: CiScalar, value: number, findings: Findings): string {
  const isFloat = /[.]|^[-+]?[\d_]+e/i.test(node.text) && !/^[-+]?0x/i.test(node.text);
  // Beyond 2^53 only the written form is exact; Ruby has no such limit.
  if (/^\d{16,}$/.test(node.text)) return node.text;
  const text = isFloat && Number.isInteger(value) ? `${value}.0` : String(value);
  if (text !== node.text)
    findings.warning(
      node,
      `the number ${node.text} arrives in the job as ${text}`,
      `write "${node.text}" in quotes to keep it`,
    );
  return text;
}
