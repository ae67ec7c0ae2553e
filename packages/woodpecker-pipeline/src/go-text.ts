import type { JsonValue } from '@millrace/core';
import type { PipelineNode, PipelineScalar } from './pipeline-node.ts';

/** A scalar as Go prints it after its YAML reader resolved it: `1.50` is `1.5`, `010` is `8`, `false` is `false`. */
export function scalarText(scalar: PipelineScalar): string {
  const { value, text } = scalar;
  if (value === null) return '';
  if (typeof value !== 'number') return String(value);
  // Whole numbers keep digits that a double cannot hold.
  if (/^[-+]?[1-9]\d*$/u.test(text)) return text.replace(/^\+/u, '');
  return numberText(resolvedNumber(value, text));
}

/** Go's reader takes a leading zero for octal, as YAML 1.1 did. */
function resolvedNumber(value: number, text: string): number {
  return /^[-+]?0[0-7]+$/u.test(text) ? Number.parseInt(text, 8) : value;
}

/** `%v` of a float: exponents from 1e21 on and below 1e-4, with two digits at least. */
function numberText(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && size < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([-+])(\d)$/u, 'e$10$2');
}

/** A node as JSON, for what travels through the server unread. */
export function toJson(node: PipelineNode): JsonValue {
  switch (node.kind) {
    case 'list':
      return node.items.map(toJson);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, item]) => [key, toJson(item)]));
    case 'scalar':
      return typeof node.value === 'number' ? resolvedNumber(node.value, node.text) : node.value;
  }
}

/** JSON as Go writes it: keys sorted, and `<`, `>`, `&` escaped. */
export function goJson(value: JsonValue): string {
  return JSON.stringify(sorted(value)).replaceAll(
    /[<>&\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, JsonValue | undefined][] = Object.entries(value);
  const inOrder = entries.toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(inOrder.map(([key, item]) => [key, sorted(item ?? null)]));
}
