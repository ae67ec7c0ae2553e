import type { JsonValue } from '@millrace/core';
import { isRecord } from '../store/json.ts';

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;
const blank = new Set([' ', '\t', '\r', '\n']);
const words = ['true', 'false', 'null'];

class Mistake extends Error {}

/** Walks a JSON text to the first mistake, as Go's scanner does. */
class Walker {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): void {
    this.#value('looking for beginning of value');
    if (this.#next() !== undefined) throw this.#mistake('after top-level value');
  }

  #next(): string | undefined {
    while (blank.has(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#text[this.#at];
  }

  #mistake(where: string): Mistake {
    const found = this.#text[this.#at];
    if (found === undefined) return new Mistake('unexpected end of JSON input');
    const shown = found === "'" ? `'\\''` : found === '"' ? `'"'` : `'${found}'`;
    return new Mistake(`invalid character ${shown} ${where}`);
  }

  #value(where: string): void {
    const first = this.#next();
    if (first === '{') this.#members();
    else if (first === '[') this.#elements();
    else if (first === '"') this.#string();
    else if (/[-\d]/u.test(first ?? '')) this.#number();
    else
      this.#word(words.find((word) => first !== undefined && word.startsWith(first)) ?? '', where);
  }

  #word(word: string, where: string): void {
    if (word === '') throw this.#mistake(where);
    for (const letter of word) {
      if (this.#text[this.#at] !== letter)
        throw this.#mistake(`in literal ${word} (expecting '${letter}')`);
      this.#at += 1;
    }
  }

  #number(): void {
    number.lastIndex = this.#at;
    const found = number.exec(this.#text)?.[0];
    if (found === undefined) {
      this.#at += 1;
      throw this.#mistake('in numeric literal');
    }
    this.#at += found.length;
  }

  #string(): void {
    for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1) {
      const sign = this.#text[this.#at];
      if (sign === undefined || sign < ' ') throw this.#mistake('in string literal');
      if (sign !== '\\') continue;
      this.#at += 1;
      if (!/["\\/bfnrtu]/u.test(this.#text[this.#at] ?? ''))
        throw this.#mistake('in string escape code');
    }
    this.#at += 1;
  }

  #members(): void {
    this.#at += 1;
    if (this.#next() === '}') return void (this.#at += 1);
    for (;;) {
      if (this.#next() !== '"') throw this.#mistake('looking for beginning of object key string');
      this.#string();
      if (this.#next() !== ':') throw this.#mistake('after object key');
      this.#at += 1;
      this.#value('looking for beginning of value');
      if (this.#ends('}', 'after object key:value pair')) return;
    }
  }

  #elements(): void {
    this.#at += 1;
    if (this.#next() === ']') return void (this.#at += 1);
    for (;;) {
      this.#value('looking for beginning of value');
      if (this.#ends(']', 'after array element')) return;
    }
  }

  #ends(bracket: string, where: string): boolean {
    const sign = this.#next();
    if (sign !== ',' && sign !== bracket) throw this.#mistake(where);
    this.#at += 1;
    return sign === bracket;
  }
}

/** What Go's JSON decoder says about a text that is no JSON; undefined when it finds nothing wrong. */
export function goJsonError(text: string): string | undefined {
  try {
    new Walker(text).whole();
    return undefined;
  } catch (error) {
    if (error instanceof Mistake) return error.message;
    throw error;
  }
}

const shown = 30;

/** The beginning of a body as error messages show it: JSON as it is, anything else in hexadecimal. */
export function summary(body: Buffer): string {
  if (body.length === 0) return '<empty>';
  const start = body.subarray(0, shown);
  const text = body[0] === 0x7b ? start.toString('utf8') : start.toString('hex');
  return body.length > shown ? `${text} ...` : text;
}

/** The word for a JSON value in Go's messages. */
export const goKind = (value: JsonValue): string =>
  Array.isArray(value)
    ? 'array'
    : isRecord(value)
      ? 'object'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;
