import type { JsonValue } from '@millrace/core';
import type { CiNode } from './ci-node.ts';

/** A node without its places; references are resolved before this. */
export function toJson(node: CiNode): JsonValue {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toJson);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, item]) => [key, toJson(item)]));
    case 'reference':
      return [...node.keys];
  }
}
