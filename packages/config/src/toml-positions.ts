import { pathKey, type ConfigPath } from './config-path.ts';

/** Deeper than any configuration; a key of a thousand dots is not one. Below it nothing has a place. */
export const maxTomlDepth = 100;

/**
 * Where each key and list element of a TOML document starts, as offsets by {@link pathKey}.
 * The parser proper gives no positions, so this walks the text a second time. It relies on the text being
 * valid: it only follows what separates keys from values.
 */
export function tomlOffsets(text: string): ReadonlyMap<string, number> {
  const scanner = new TomlScanner(text);
  scanner.document();
  return scanner.offsets;
}

class TomlScanner {
  readonly offsets = new Map<string, number>();
  /** Elements seen so far of each `[[array of tables]]`. */
  readonly #tables = new Map<string, number>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    let table: ConfigPath = [];
    this.#at = this.#text.startsWith('\uFEFF') ? 1 : 0;
    for (this.#blank(); this.#at < this.#text.length; this.#blank()) {
      if (this.#peek() === '[') table = this.#header();
      else this.#pair(table);
    }
  }

  /** `[a.b]` or `[[a.b]]`; a name of an array of tables on the way means its latest element. */
  #header(): ConfigPath {
    const isArray = this.#text.startsWith('[[', this.#at);
    this.#at += isArray ? 2 : 1;
    const keys = this.#dottedKey();
    this.#at += isArray ? 2 : 1;
    let path: ConfigPath = [];
    keys.forEach(({ name, start }, index) => {
      path = [...path, name];
      this.#note(path, start);
      const key = pathKey(path);
      const isLast = index === keys.length - 1;
      if (isLast && isArray) this.#tables.set(key, (this.#tables.get(key) ?? 0) + 1);
      if (isLast && !isArray) this.offsets.set(key, start);
      const count = this.#tables.get(key);
      if (count === undefined) return;
      path = [...path, count - 1];
      this.#note(path, start);
    });
    return path;
  }

  #pair(table: ConfigPath): void {
    let path = table;
    for (const { name, start } of this.#dottedKey()) {
      path = [...path, name];
      this.#note(path, start);
    }
    this.#at += 1;
    this.#value(path);
  }

  /** Reads up to the `=` or `]` after the key. */
  #dottedKey(): readonly { readonly name: string; readonly start: number }[] {
    const keys = [];
    for (;;) {
      this.#space();
      const start = this.#at;
      keys.push({ name: this.#keyName(), start });
      this.#space();
      if (this.#peek() !== '.') return keys;
      this.#at += 1;
    }
  }

  #keyName(): string {
    const quote = this.#peek();
    if (quote === '"' || quote === "'") {
      const start = this.#at;
      this.#string(quote);
      const body = this.#text.slice(start + 1, this.#at - 1);
      return quote === '"' ? unescapeBasic(body) : body;
    }
    return this.#match(/[\w-]+/y);
  }

  #value(path: ConfigPath): void {
    this.#space();
    const first = this.#peek();
    if (first === '"' || first === "'") this.#string(first);
    else if (first === '[') this.#array(path);
    else if (first === '{') this.#inlineTable(path);
    else this.#match(/[^\n\r#,\]}]*/y);
  }

  #array(path: ConfigPath): void {
    this.#at += 1;
    for (let index = 0; ; index += 1) {
      this.#separator();
      if (this.#peek() === ']' || this.#at >= this.#text.length) break;
      this.#note([...path, index], this.#at);
      this.#value([...path, index]);
    }
    this.#at += 1;
  }

  #inlineTable(path: ConfigPath): void {
    this.#at += 1;
    for (this.#separator(); this.#peek() !== '}' && this.#at < this.#text.length; this.#separator())
      this.#pair(path);
    this.#at += 1;
  }

  #string(quote: string): void {
    const fence = quote.repeat(3);
    if (this.#text.startsWith(fence, this.#at)) {
      this.#at += 3;
      while (this.#at < this.#text.length && !this.#text.startsWith(fence, this.#at))
        this.#step(quote);
      this.#at += 3;
      // Up to two quotes may stand right before the closing three.
      for (let extra = 0; extra < 2 && this.#peek() === quote; extra += 1) this.#at += 1;
      return;
    }
    this.#at += 1;
    while (this.#at < this.#text.length && this.#peek() !== quote) this.#step(quote);
    this.#at += 1;
  }

  /** One character of a string; only basic strings have escapes. */
  #step(quote: string): void {
    this.#at += quote === '"' && this.#peek() === '\\' ? 2 : 1;
  }

  #note(path: ConfigPath, offset: number): void {
    if (path.length > maxTomlDepth) return;
    const key = pathKey(path);
    if (!this.offsets.has(key)) this.offsets.set(key, offset);
  }

  readonly #peek = (): string | undefined => this.#text[this.#at];
  readonly #space = (): string => this.#match(/[ \t]*/y);
  readonly #blank = (): string => this.#match(/(?:[ \t\r\n]|#[^\n]*)*/y);
  readonly #separator = (): string => this.#match(/(?:[ \t\r\n,]|#[^\n]*)*/y);

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  e: '\u001B',
  '"': '"',
  '\\': '\\',
};

/** The escapes of a TOML basic string, `\xHH`, `\uHHHH` and `\UHHHHHHHH` included. */
function unescapeBasic(body: string): string {
  return body.replaceAll(
    /\\(?:x([\dA-Fa-f]{2})|u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|(.))/g,
    (...groups: readonly (string | undefined)[]) => {
      const code = groups[1] ?? groups[2] ?? groups[3];
      return code === undefined
        ? (escapes[groups[4] ?? ''] ?? '')
        : String.fromCodePoint(Number.parseInt(code, 16));
    },
  );
}
