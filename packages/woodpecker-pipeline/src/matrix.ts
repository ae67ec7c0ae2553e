import type { Findings } from './findings.ts';
import { describeNode, getEntry, type PipelineMap, type PipelineNode } from './pipeline-node.ts';
import { readList, readMap, readText } from './read-values.ts';

/** One combination: its variables. */
export type MatrixAxis = Readonly<Record<string, string>>;

/** The server stops counting there. */
const mostCombinations = 27;

/**
 * The combinations of `matrix`: those listed under `include`, or else the product of its lists, of which the last one
 * turns fastest. Without a matrix it is one combination without variables.
 */
export function readMatrix(root: PipelineMap, findings: Findings): readonly MatrixAxis[] {
  const node = getEntry(root, 'matrix');
  const matrix = node === undefined ? undefined : readMap(node, findings);
  if (matrix === undefined) return [{}];
  const include = getEntry(matrix, 'include');
  const isListed =
    include?.kind === 'list' &&
    include.items.length > 0 &&
    include.items.every(({ kind }) => kind === 'map');
  if (!isListed) return product(matrix, findings);
  for (const [key, other] of matrix.entries) {
    if (key !== 'include')
      findings.warning(
        other,
        'has no effect beside include',
        'write its values into the entries of include',
      );
  }
  return include.items.map((item) => readAxis(item, findings));
}

function readAxis(node: PipelineNode, findings: Findings): MatrixAxis {
  const entries = [...(readMap(node, findings)?.entries ?? [])];
  return Object.fromEntries(
    entries.map(([key, item]) => [key, readText(item, findings) ?? ''] as const),
  );
}

function product(matrix: PipelineMap, findings: Findings): readonly MatrixAxis[] {
  let axes: readonly MatrixAxis[] = [{}];
  for (const [key, node] of matrix.entries) {
    const values = readValues(key, node, findings);
    axes = axes.flatMap((axis) => values.map((value) => ({ ...axis, [key]: value })));
    // Cut as it grows: the whole product could be as large as its author likes.
    if (axes.length > mostCombinations) {
      findings.warning(
        matrix,
        `more than ${mostCombinations} combinations; as on the server, the rest does not run`,
        'split it over several workflows',
      );
      axes = axes.slice(0, mostCombinations);
    }
  }
  return axes;
}

function readValues(key: string, node: PipelineNode, findings: Findings): readonly string[] {
  const list = readList(node, findings);
  if (list === undefined) return [''];
  if (list.items.length === 0)
    findings.error(node, 'this list is empty', 'add a value, or remove it');
  return list.items.flatMap((item) => {
    if (item.kind === 'scalar') return [item.text];
    findings.error(item, `expected a value for ${key}, found ${describeNode(item)}`);
    return [];
  });
}
