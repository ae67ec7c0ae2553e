import type { JsonValue } from '@millrace/core';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Alias,
  type Document,
  type Scalar,
  type Tags,
} from 'yaml';

/** What YAML 1.1 has and the Kubernetes tools do not read: dates are strings to them, and so is `1:30`. */
const leftOut = /:(?:binary|omap|pairs|set|timestamp)$/;

const isRead = (tag: Tags[number]): boolean =>
  typeof tag === 'string' || !(leftOut.test(tag.tag) || tag.format === 'TIME');

/** What a text says, and why it could not be read. */
export type KubernetesYaml = { readonly value: JsonValue } | { readonly fault: string };

/**
 * Reads YAML or JSON as the Kubernetes tools do: YAML 1.1, an empty text is `null`, of a key that is written twice the last
 * counts, and keys are converted by the same rules as values: `n:` is the key `false`.
 * @param weak - scalars become the text of their value: `0x10` is `"16"`, `yes` is `"true"`, `~` is empty
 */
export function readKubernetesYaml(
  text: string,
  { weak = false }: { readonly weak?: boolean } = {},
): KubernetesYaml {
  const document = parseDocument(text, {
    version: '1.1',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    customTags: (tags) => tags.filter(isRead),
  });
  const [error] = document.errors;
  if (error !== undefined) return { fault: `it is no YAML: ${error.message}` };
  try {
    return { value: new Reader(document, weak).read(document.contents) };
  } catch (thrown) {
    if (thrown instanceof YamlFault) return { fault: thrown.message };
    throw thrown;
  }
}

class YamlFault extends Error {}

/** More than any setting has; aliases of aliases pass it in a few lines. */
const [deepest, most] = [100, 10_000];

/** One conversion. */
class Reader {
  readonly #document: Document;
  readonly #weak: boolean;
  #values = 0;

  constructor(document: Document, weak: boolean) {
    this.#document = document;
    this.#weak = weak;
  }

  read(node: unknown, depth = 0): JsonValue {
    this.#values += 1;
    if (depth > deepest) throw new YamlFault(`it is nested deeper than ${deepest} levels`);
    if (this.#values > most) throw new YamlFault(`it has more than ${most} values`);
    if (node === null || node === undefined) return this.#weak ? '' : null;
    if (isAlias(node)) return this.read(this.#anchored(node), depth + 1);
    if (isScalar(node)) return scalarOf(node, this.#weak);
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1));
    if (!isMap(node)) return null;
    return Object.fromEntries(
      node.items.map(({ key, value }) => [keyOf(key), this.read(value, depth + 1)]),
    );
  }

  #anchored(alias: Alias): unknown {
    const node = alias.resolve(this.#document);
    if (node === undefined) throw new YamlFault(`there is no anchor &${alias.source} before it`);
    return node;
  }
}

function keyOf(key: unknown): string {
  const text = isScalar(key) && key.value !== null ? scalarOf(key, true) : undefined;
  if (typeof text !== 'string') throw new YamlFault('a key must be a word or a number');
  return text;
}

function scalarOf({ value, source = '' }: Scalar, weak: boolean): JsonValue {
  if (value === null || value === undefined) return weak ? '' : null;
  if (typeof value === 'number') return weak ? goNumber(value, source) : value;
  if (typeof value === 'boolean') return weak ? String(value) : value;
  if (typeof value === 'string') return value;
  throw new YamlFault('it holds a value that is no text, number or boolean');
}

/**
 * A number as Go writes it: floating point ones in the shortest general form, with an exponent from a million on and
 * below a ten-thousandth.
 */
function goNumber(value: number, source: string): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const isFloat = /[.eE]/.test(source) && !/^[-+]?0[xb]/.test(source);
  if (!isFloat && Number.isSafeInteger(value)) return String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
