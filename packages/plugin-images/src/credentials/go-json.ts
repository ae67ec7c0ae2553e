import { Buffer } from 'node:buffer';
import type { JsonValue } from '@millrace/core';
import { quotedByte } from './quoted-byte.ts';

/** The first JSON value of a text, or what Go's decoder says is wrong with it. */
export type GoJson = { readonly value: JsonValue | undefined } | { readonly fault: string };

/**
 * Decodes as Go's `json.Decoder` does: what follows the first value is not looked at, and an empty text is no fault.
 * Faults are worded as users of GitLab Runner know them (gitlab/163).
 */
export function decodeGoJson(text: string): GoJson {
  const scanner = new Scanner(text);
  try {
    const end = scanner.value();
    return { value: end === undefined ? undefined : (JSON.parse(end) as JsonValue) };
  } catch (thrown) {
    if (thrown instanceof Fault) return { fault: thrown.message };
    throw thrown;
  }
}

class Fault extends Error {}

/** Walks over one value, byte by byte as Go does, and stops at the first byte that cannot stand there. */
class Scanner {
  readonly #bytes: Buffer;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#bytes = Buffer.from(text);
    this.#text = this.#bytes.toString('latin1');
  }

  /** @returns the value's text, or undefined when there is only white space */
  value(): string | undefined {
    this.#space();
    if (this.#at >= this.#text.length) return undefined;
    const start = this.#at;
    this.#value();
    return this.#bytes.subarray(start, this.#at).toString('utf8');
  }

  #value(): void {
    this.#space();
    const character = this.#peek();
    if (character === '{') this.#object();
    else if (character === '[') this.#array();
    else if (character === '"') this.#string();
    else if (character === '-' || /\d/.test(character)) this.#number();
    else if (character === 't') this.#literal('true');
    else if (character === 'f') this.#literal('false');
    else if (character === 'n') this.#literal('null');
    else throw this.#unexpected('looking for beginning of value');
  }

  #object(): void {
    this.#at += 1;
    this.#space();
    if (this.#taken('}')) return;
    for (;;) {
      this.#space();
      if (this.#peek() !== '"')
        throw this.#unexpected('looking for beginning of object key string');
      this.#string();
      this.#space();
      if (!this.#taken(':')) throw this.#unexpected('after object key');
      this.#value();
      this.#space();
      if (this.#taken('}')) return;
      if (!this.#taken(',')) throw this.#unexpected('after object key:value pair');
    }
  }

  #array(): void {
    this.#at += 1;
    this.#space();
    if (this.#taken(']')) return;
    for (;;) {
      this.#value();
      this.#space();
      if (this.#taken(']')) return;
      if (!this.#taken(',')) throw this.#unexpected('after array element');
    }
  }

  #string(): void {
    this.#at += 1;
    while (!this.#taken('"')) {
      const character = this.#peek();
      if (character < ' ') throw this.#unexpected('in string literal');
      this.#at += 1;
      if (character === '\\') this.#escape();
    }
  }

  #escape(): void {
    if (!/["\\/bfnrtu]/.test(this.#peek())) throw this.#unexpected('in string escape code');
    const unicode = this.#taken('u');
    if (!unicode) this.#at += 1;
    for (let digits = 0; unicode && digits < 4; digits += 1) {
      if (!/[\da-fA-F]/.test(this.#peek()))
        throw this.#unexpected(String.raw`in \u hexadecimal character escape`);
      this.#at += 1;
    }
  }

  #number(): void {
    this.#taken('-');
    if (!this.#taken('0')) this.#digits('in numeric literal');
    if (this.#taken('.')) this.#digits('after decimal point in numeric literal');
    if (this.#taken('e') || this.#taken('E')) {
      if (!this.#taken('+')) this.#taken('-');
      this.#digits('in exponent of numeric literal');
    }
  }

  #digits(context: string): void {
    if (!/\d/.test(this.#peek())) throw this.#unexpected(context);
    while (/\d/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #literal(word: string): void {
    for (const letter of word) {
      if (this.#peek() !== letter)
        throw this.#unexpected(`in literal ${word} (expecting '${letter}')`);
      this.#at += 1;
    }
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #taken(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #peek(): string {
    const character = this.#text.charAt(this.#at);
    if (character === '') throw new Fault('unexpected EOF');
    return character;
  }

  #unexpected(context: string): Fault {
    return new Fault(`invalid character ${quotedByte(this.#peek())} ${context}`);
  }
}
