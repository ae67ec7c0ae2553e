import type { JsonValue, SourcePosition } from '@millrace/core';
import type { ConfigPath, YamlDocument } from '@millrace/config';

/**
 * A value of the pipeline file together with the place where it is written. Places survive `extends`, `!reference`
 * and `default`, so that a message always points at the line to change.
 */
export type CiNode = CiScalar | CiList | CiMap | CiReference;

interface Place {
  /** As written, before anything was merged. */
  readonly path: ConfigPath;
  readonly position: SourcePosition;
}

export interface CiScalar extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes. */
  readonly text: string;
}

export interface CiList extends Place {
  readonly kind: 'list';
  readonly items: readonly CiNode[];
}

export interface CiMap extends Place {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, CiNode>;
}

/** `!reference [job, key, …]` */
export interface CiReference extends Place {
  readonly kind: 'reference';
  readonly keys: readonly string[];
}

/** The whole document as nodes. */
export function toCiNode(document: YamlDocument, file: string): CiNode {
  const convert = (value: JsonValue | undefined, path: ConfigPath): CiNode => {
    const place: Place = {
      path,
      position: document.positionOf(path) ?? { file, line: 1, column: 1 },
    };
    if (document.tagOf(path) === '!reference') {
      const keys = (value as readonly JsonValue[]).map(
        (_, index) => document.textOf([...path, index]) ?? '',
      );
      return { kind: 'reference', keys, ...place };
    }
    if (Array.isArray(value)) {
      return {
        kind: 'list',
        items: value.map((item: JsonValue, index) => convert(item, [...path, index])),
        ...place,
      };
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
      text: document.textOf(path) ?? '',
      ...place,
    };
  };
  return convert(document.value, []);
}

/** The value of a key; a key without a value (`image:`) counts as absent, as in GitLab. */
export function getEntry(map: CiMap, key: string): CiNode | undefined {
  const node = map.entries.get(key);
  return node?.kind === 'scalar' && node.value === null ? undefined : node;
}

/** How a message calls what it found. */
export function describeNode(node: CiNode): string {
  switch (node.kind) {
    case 'map':
      return 'a mapping';
    case 'list':
      return 'a list';
    case 'reference':
      return 'a !reference';
    case 'scalar':
      if (node.value === null) return 'nothing';
      return typeof node.value === 'string'
        ? `the string "${node.value}"`
        : `the ${typeof node.value} ${node.text}`;
  }
}
