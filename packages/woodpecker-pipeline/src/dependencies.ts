import type { Findings } from './findings.ts';
import { describeNode, getEntry, type PipelineNode } from './pipeline-node.ts';
import { readFlag, readKey } from './read-values.ts';

/** What a step or workflow waits for. */
export interface Dependency {
  readonly node: PipelineNode;
  readonly name: string;
  /** May be missing: left out by its `when`, or not there at all. */
  readonly optional: boolean;
}

/** A name, or a list of names and of `{name, optional}`. */
export function readDependencies(node: PipelineNode, findings: Findings): readonly Dependency[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const name = item.kind === 'map' ? getEntry(item, 'name') : item;
    if (name?.kind === 'scalar' && typeof name.value === 'string') {
      if (item.kind === 'map') findings.onlyKeys(item, ['name', 'optional']);
      const optional = item.kind === 'map' && readKey(item, 'optional', readFlag, findings);
      return [{ node: item, name: name.value, optional: optional === true }];
    }
    findings.error(
      item,
      `expected a name, found ${describeNode(item)}`,
      'write the name as text, or name: and optional: below a dash',
    );
    return [];
  });
}
