import type { JsonValue } from '@millrace/core';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Alias,
  type Document,
  type Pair,
  type Scalar,
  type Tags,
} from 'yaml';
import type { ConfigPath } from './config-path.ts';
import { parseGoInteger } from './go-integer.ts';

/** What YAML 1.1 has and the Kubernetes tools do not read: dates are strings to them, and so is `1:30`. */
const leftOut = /:(?:binary|omap|pairs|set|timestamp)$/;

const isRead = (tag: Tags[number]): boolean =>
  typeof tag === 'string' || !(leftOut.test(tag.tag) || tag.format === 'TIME');

/** What a text says, and why it could not be read. */
export type KubernetesYaml = { readonly value: JsonValue } | { readonly fault: string };

/**
 * Reads YAML or JSON as the Kubernetes tools do: YAML 1.1, an empty text is `null`, of a key that is written twice, or
 * merged, the last counts, and keys are converted by the same rules as values: `n:` is the key `false`.
 * @param texts - where text is wanted: there scalars become the text of their value, `0x10` is `"16"`, `yes` is `"true"`,
 *   `~` is empty
 */
export function readKubernetesYaml(
  text: string,
  { texts = () => false }: { readonly texts?: (path: ConfigPath) => boolean } = {},
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
    return { value: new Reader(document, texts).read(document.contents) };
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
  readonly #texts: (path: ConfigPath) => boolean;
  #values = 0;

  constructor(document: Document, texts: (path: ConfigPath) => boolean) {
    this.#document = document;
    this.#texts = texts;
  }

  read(node: unknown, path: ConfigPath = [], depth = 0): JsonValue {
    this.#values += 1;
    if (depth > deepest) throw new YamlFault(`it is nested deeper than ${deepest} levels`);
    if (this.#values > most) throw new YamlFault(`it has more than ${most} values`);
    if (node === null || node === undefined) return this.#texts(path) ? '' : null;
    if (isAlias(node)) return this.read(this.#anchored(node), path, depth + 1);
    if (isScalar(node)) return scalarOf(node, this.#texts(path));
    if (isSeq(node))
      return node.items.map((item, index) => this.read(item, [...path, index], depth + 1));
    return isMap(node)
      ? Object.fromEntries(node.items.flatMap((pair) => this.#entries(pair, path, depth)))
      : null;
  }

  #entries({ key, value }: Pair, path: ConfigPath, depth: number): readonly Entry[] {
    if (isMergeKey(key)) return this.#merged(value, path, depth + 1);
    const name = keyOf(key);
    return [[name, this.read(value, [...path, name], depth + 1)]];
  }

  /** Entries of a map, or of several, of which the earlier ones win. */
  #merged(node: unknown, path: ConfigPath, depth: number): readonly Entry[] {
    const source = isAlias(node) ? this.#anchored(node) : node;
    if (isSeq(source))
      return source.items.toReversed().flatMap((item) => this.#merged(item, path, depth + 1));
    if (!isMap(source)) throw new YamlFault('<< needs a map, or a list of maps');
    return Object.entries(this.read(source, path, depth) as Readonly<Record<string, JsonValue>>);
  }

  #anchored(alias: Alias): unknown {
    const node = alias.resolve(this.#document);
    if (node === undefined) throw new YamlFault(`there is no anchor &${alias.source} before it`);
    return node;
  }
}

type Entry = readonly [key: string, value: JsonValue];

const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && key.type === 'PLAIN' && key.source === '<<';

function keyOf(key: unknown): string {
  const text = isScalar(key) && key.value !== null ? scalarOf(key, true) : undefined;
  if (typeof text !== 'string') throw new YamlFault('a key must be a word or a number');
  return text;
}

function scalarOf({ value, source = '', type }: Scalar, weak: boolean): JsonValue {
  if (value === null || value === undefined) return weak ? '' : null;
  if (typeof value === 'number') return weak ? goNumber(value, source) : value;
  if (typeof value === 'boolean') return weak ? String(value) : value;
  if (typeof value !== 'string')
    throw new YamlFault('it holds a value that is no text, number or boolean');
  const octal = type === 'PLAIN' ? newOctal(value) : undefined;
  if (octal === undefined) return value;
  return weak ? String(octal) : octal;
}

/** YAML 1.1 does not have `0o17`; Go's numbers do. */
const newOctal = (text: string): number | undefined =>
  /^[-+]?0o/.test(text) ? parseGoInteger(text) : undefined;

/**
 * A number as Go writes it: whole ones of 64 bits digit by digit, others in the shortest general form, with an exponent
 * from a million on and below a ten-thousandth.
 */
function goNumber(value: number, source: string): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const isFloat = /[.eE]/.test(source) && !/^[-+]?0[xb]/.test(source);
  if (!isFloat && Number.isSafeInteger(value)) return String(value);
  const whole = isFloat ? undefined : wholeNumber(source);
  if (whole !== undefined) return String(whole);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** A decimal number that has a place in 64 bits, of which only those above zero need all. */
function wholeNumber(source: string): bigint | undefined {
  const digits = source.replaceAll('_', '').replace(/^\+/, '');
  if (!/^-?[1-9]\d*$/.test(digits)) return undefined;
  const value = BigInt(digits);
  return value >= -(2n ** 63n) && value < 2n ** 64n ? value : undefined;
}
