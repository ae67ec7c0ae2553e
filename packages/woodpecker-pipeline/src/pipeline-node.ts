import type { JsonValue, SourcePosition } from '@millrace/core';
import type { ConfigPath, YamlDocument } from '@millrace/config';

/** A value of a workflow file together with the place where it is written. */
export type PipelineNode = PipelineScalar | PipelineList | PipelineMap;

interface Place {
  readonly path: ConfigPath;
  readonly position: SourcePosition;
}

export interface PipelineScalar extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes: what a field that wants text gets, also from a number. */
  readonly text: string;
}

export interface PipelineList extends Place {
  readonly kind: 'list';
  readonly items: readonly PipelineNode[];
}

export interface PipelineMap extends Place {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, PipelineNode>;
}

/** The whole document as nodes. */
export function toPipelineNode(document: YamlDocument, file: string): PipelineNode {
  const convert = (value: JsonValue | undefined, path: ConfigPath): PipelineNode => {
    const place: Place = {
      path,
      position: document.positionOf(path) ?? { file, line: 1, column: 1 },
    };
    if (Array.isArray(value)) {
      const items = value.map((item: JsonValue, index) => convert(item, [...path, index]));
      return { kind: 'list', items, ...place };
    }
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(
        ([key, item]: [string, JsonValue | undefined]) =>
          [key, convert(item, [...path, key])] as const,
      );
      return { kind: 'map', entries: new Map(entries), ...place };
    }
    return {
      kind: 'scalar',
      value: value ?? null,
      // A quoted or folded text is not what stands in the file.
      text: typeof value === 'string' ? value : (document.textOf(path) ?? ''),
      ...place,
    };
  };
  return convert(document.value, []);
}

/** The value of a key; a key without a value (`image:`) counts as absent, as in Go. */
export function getEntry(map: PipelineMap, key: string): PipelineNode | undefined {
  const node = map.entries.get(key);
  return node?.kind === 'scalar' && node.value === null ? undefined : node;
}

/** How a message calls what it found. */
export function describeNode(node: PipelineNode): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string'
    ? `the string "${node.value}"`
    : `the ${typeof node.value} ${node.text}`;
}
