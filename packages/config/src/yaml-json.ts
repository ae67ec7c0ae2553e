import type { JsonValue } from '@millrace/core';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { pathKey, type ConfigPath } from './config-path.ts';

/** More values than any pipeline has; aliases of aliases ("billion laughs") pass it in a few lines. */
const maxValues = 100_000;
const maxDepth = 100;

/** What the converter learns about the value at a path besides the value itself. */
export interface YamlFact {
  /** Offset of the key, or of the list element. */
  readonly offset: number;
  /** A custom tag, such as `!reference`. */
  readonly tag?: string;
  /** A scalar as written, without quotes. */
  readonly text?: string;
}

/** Called with everything that is wrong; the conversion goes on where it can. */
export type YamlComplaint = (
  severity: 'error' | 'warning',
  path: ConfigPath,
  offset: number,
  message: string,
  hint?: string,
) => void;

/** The document as JSON, aliases and merge keys resolved, with facts by {@link pathKey}. */
export function yamlToJson(
  document: Document,
  complain: YamlComplaint,
  { listMerges = false }: { readonly listMerges?: boolean } = {},
): { readonly value: JsonValue; readonly facts: ReadonlyMap<string, YamlFact> } {
  const converter = new YamlConverter(document, complain, listMerges);
  const value =
    document.contents === null
      ? null
      : converter.convert(document.contents, [], offsetOf(document.contents));
  return { value, facts: converter.facts };
}

interface Entry {
  readonly name: string;
  readonly offset: number;
  readonly node: unknown;
}

class YamlConverter {
  readonly facts = new Map<string, YamlFact>();
  readonly #document: Document;
  readonly #complain: YamlComplaint;
  readonly #listMerges: boolean;
  readonly #open = new Set<unknown>();
  readonly #targets = new Map<Node, unknown>();
  #values = 0;
  #stopped = false;

  constructor(document: Document, complain: YamlComplaint, listMerges: boolean) {
    this.#document = document;
    this.#complain = complain;
    this.#listMerges = listMerges;
  }

  /** @param offset - where the value's key or list element starts */
  convert(node: unknown, path: ConfigPath, offset: number): JsonValue {
    const target = this.#follow(node, path);
    if (target === undefined || !this.#admit(target, path, offset)) return null;
    if (isScalar(target)) {
      this.#note(path, { offset, text: target.source ?? String(target.value) });
      return this.#scalar(target.value, path, offset);
    }
    const tag = isMap(target) || isSeq(target) ? target.tag : undefined;
    this.#note(path, { offset, ...(tag === undefined ? {} : { tag }) });
    this.#open.add(target);
    const value = this.#collection(target, path);
    this.#open.delete(target);
    return value;
  }

  #collection(node: unknown, path: ConfigPath): JsonValue {
    if (isSeq(node))
      return this.#items(node, path).map((item, index) =>
        this.convert(item, [...path, index], offsetOf(item)),
      );
    if (!isMap(node)) return null;
    return Object.fromEntries(
      [...this.#entries(node, path).values()].map((entry) => [
        entry.name,
        this.convert(entry.node, [...path, entry.name], entry.offset),
      ]),
    );
  }

  /** Elements, with those of other lists in the place of `- <<: *list` where that is wanted. */
  #items(list: YAMLSeq, path: ConfigPath): readonly unknown[] {
    if (!this.#listMerges) return list.items;
    return list.items.flatMap((item) => {
      const merged = this.#mergedLists(item, path);
      if (merged === undefined) return [item];
      return merged.flatMap((source) => {
        if (!this.#admit(source, path, offsetOf(item))) return [];
        this.#open.add(source);
        const items = this.#items(source, path);
        this.#open.delete(source);
        return items;
      });
    });
  }

  /** The lists behind the one key `<<` of an element; undefined when it is no such element. */
  #mergedLists(item: unknown, path: ConfigPath): readonly YAMLSeq[] | undefined {
    if (!isMap(item)) return undefined;
    const [pair, ...more] = item.items;
    if (pair === undefined || more.length > 0 || !isMergeKey(pair)) return undefined;
    const source = this.#follow(pair.value, path);
    if (!isSeq(source)) return undefined;
    if (isAlias(pair.value)) return [source];
    const lists = source.items.map((each) => this.#follow(each, path));
    return lists.every((each) => isSeq(each)) ? lists : undefined;
  }

  /** Own keys win over merged ones; of several merged tables the first wins (YAML 1.1 merge key type). */
  #entries(map: YAMLMap, path: ConfigPath): Map<string, Entry> {
    const own = new Map<string, Entry>();
    const merged = new Map<string, Entry>();
    for (const pair of map.items) {
      if (isMergeKey(pair)) {
        for (const entry of this.#mergedEntries(pair.value, path, offsetOf(pair.key))) {
          if (!merged.has(entry.name)) merged.set(entry.name, entry);
          if (own.has(entry.name)) this.#warnOfOrder(entry.name, path, offsetOf(pair.key));
        }
        continue;
      }
      const offset = offsetOf(pair.key);
      const name = this.#keyName(pair.key, path, offset);
      if (own.has(name))
        this.#complain(
          'error',
          [...path, name],
          offset,
          'this key is written twice',
          'keep one of them',
        );
      own.set(name, { name, offset, node: pair.value });
    }
    return new Map([...merged, ...own]);
  }

  #mergedEntries(value: unknown, path: ConfigPath, offset: number): readonly Entry[] {
    const source = this.#follow(value, path);
    if (source === undefined) return [];
    if (isSeq(source))
      return source.items.flatMap((item) => this.#mergedEntries(item, path, offset));
    if (!isMap(source)) {
      this.#complain(
        'error',
        path,
        offset,
        '<< needs a mapping or a list of mappings',
        'point it to an anchor on a mapping, such as <<: *defaults',
      );
      return [];
    }
    if (!this.#admit(source, path, offset)) return [];
    this.#open.add(source);
    const entries = [...this.#entries(source, path).values()];
    this.#open.delete(source);
    return entries;
  }

  /** The node an alias stands for; looked up once, because each lookup walks the document. */
  #follow(node: unknown, path: ConfigPath): unknown {
    if (!isAlias(node)) return node;
    if (!this.#targets.has(node)) this.#targets.set(node, node.resolve(this.#document));
    const target = this.#targets.get(node);
    if (target === undefined) {
      this.#complain(
        'error',
        path,
        offsetOf(node),
        `there is no anchor &${node.source} before this alias`,
        'define the anchor further up, or quote a value that starts with *',
      );
    }
    return target;
  }

  #warnOfOrder(name: string, path: ConfigPath, offset: number): void {
    const message = `"${name}" is written before a << that also has it; programs disagree which one counts, here the written one does`;
    this.#complain('warning', path, offset, message, 'write << first');
  }

  #keyName(key: unknown, path: ConfigPath, offset: number): string {
    const target = this.#follow(key, path);
    if (!isScalar(target)) {
      this.#complain('error', path, offset, 'a key must be a word', 'quote it');
      return '';
    }
    const name = target.source ?? String(target.value);
    if (name === '__proto__')
      this.#complain(
        'error',
        path,
        offset,
        'the name __proto__ is not allowed',
        'choose another name',
      );
    return name;
  }

  #scalar(value: unknown, path: ConfigPath, offset: number): JsonValue {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.#complain(
      'error',
      path,
      offset,
      'not a string, finite number, boolean or null',
      'quote it',
    );
    return null;
  }

  /** False for what would never end: an anchor inside itself, an alias bomb, a hostile depth. */
  #admit(node: unknown, path: ConfigPath, offset: number): boolean {
    if (this.#stopped) return false;
    this.#values += 1;
    if (this.#open.has(node)) return this.#stop(path, offset, 'this anchor contains itself');
    if (this.#values > maxValues)
      return this.#stop(path, offset, `the file expands to more than ${maxValues} values`);
    return (
      path.length <= maxDepth || this.#stop(path, offset, `nested deeper than ${maxDepth} levels`)
    );
  }

  #stop(path: ConfigPath, offset: number, message: string): false {
    this.#stopped = true;
    this.#complain('error', path, offset, message, 'use fewer aliases');
    return false;
  }

  #note(path: ConfigPath, fact: YamlFact): void {
    this.facts.set(pathKey(path), fact);
  }
}

const isMergeKey = (pair: Pair): boolean =>
  isScalar(pair.key) && pair.key.source === '<<' && pair.key.type === 'PLAIN';

/** Nodes made by the parser always have a range. */
const offsetOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;
