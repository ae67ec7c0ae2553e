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
  if (include?.kind === 'list' && include.items.every(({ kind }) => kind === 'map')) {
    warnOfOthers(matrix, findings);
    const axes = include.items.map((item) => readAxis(item, findings));
    if (axes.length > 0) return axes;
  }
  return product(matrix, findings);
}

function readAxis(node: PipelineNode, findings: Findings): MatrixAxis {
  const map = readMap(node, findings);
  return Object.fromEntries(
    [...(map?.entries ?? [])].map(([key, item]) => [key, readText(item, findings) ?? '']),
  );
}

function warnOfOthers(matrix: PipelineMap, findings: Findings): void {
  for (const [key, node] of matrix.entries) {
    if (key !== 'include')
      findings.warning(
        node,
        'has no effect beside include',
        'write its values into the entries of include',
      );
  }
}

function product(matrix: PipelineMap, findings: Findings): readonly MatrixAxis[] {
  let axes: readonly MatrixAxis[] = [{}];
  for (const [key, node] of matrix.entries) {
    const values = readValues(key, node, findings);
    axes = axes.flatMap((axis) => values.map((value) => ({ ...axis, [key]: value })));
    // The product of what follows could be as large as its author likes.
    if (axes.length > mostCombinations) {
      findings.warning(
        matrix,
        `has more than ${mostCombinations} combinations; as on the server, the rest does not run`,
        'split it over several workflows',
      );
      axes = axes.slice(0, mostCombinations);
    }
  }
  return axes;
}

function readValues(key: string, node: PipelineNode, findings: Findings): readonly string[] {
  const list = readList(node, findings);
  const values = list?.items.flatMap((item) => {
    if (item.kind === 'scalar') return [item.text];
    findings.error(item, `expected a value for ${key}, found ${describeNode(item)}`);
    return [];
  });
  if (values?.length === 0) findings.error(node, 'this list is empty', 'add a value, or remove it');
  return values ?? [''];
}
