import { operations, type SubstitutionOperation } from './substitution-operations.ts';

/** Where a text cannot be substituted. */
export interface SubstitutionFault {
  /** Index into the text. */
  readonly offset: number;
  readonly message: string;
}

export type Substituted =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly fault: SubstitutionFault };

/**
 * Replaces `${NAME}` and its string operations as the server does before it reads the YAML. `$NAME` stays, `$$` becomes
 * `$`, `\\` and `\/` lose their backslash, an unknown name becomes empty. Rules: Woodpecker's documentation of
 * environment variables, "string operations", and the grammar of the library it uses.
 */
export function substitute(text: string, lookup: (name: string) => string): Substituted {
  const reader = new SubstitutionReader(text, lookup);
  try {
    return { ok: true, text: reader.all() };
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { ok: false, fault };
  }
}

class Fault extends Error implements SubstitutionFault {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

const nameCharacter = /[\p{L}\p{Nd}_-]/u;

class SubstitutionReader {
  readonly #text: string;
  readonly #lookup: (name: string) => string;
  #position = 0;

  constructor(text: string, lookup: (name: string) => string) {
    this.#text = text;
    this.#lookup = lookup;
  }

  all(): string {
    let result = '';
    while (this.#position < this.#text.length) {
      if (this.#takes('${')) result += this.#expression();
      else result += this.#character(true);
    }
    return result;
  }

  /** After `${`. */
  #expression(): string {
    const start = this.#position - 2;
    if (this.#takes('#')) {
      const value = this.#lookup(this.#name(start));
      this.#close(start);
      return String(Buffer.byteLength(value));
    }
    const name = this.#name(start);
    const operation = this.#operation();
    const args = operation === undefined ? [] : this.#arguments(operation, start);
    this.#close(start);
    const value = this.#lookup(name);
    return operation === undefined ? value : operation.apply(value, args);
  }

  #arguments(operation: SubstitutionOperation, start: number): readonly string[] {
    switch (operation.takes) {
      case 'nothing':
        return [];
      case 'word':
        return [this.#word('}', false, start)];
      case 'default': {
        const words: string[] = [];
        while (this.#peek() !== '}') words.push(this.#word('}', false, start));
        return words;
      }
      case 'range': {
        const from = this.#word(':}', false, start);
        return this.#takes(':') ? [from, this.#word('}', false, start)] : [from];
      }
      case 'replacement': {
        const pattern = this.#word('/', true, start);
        if (!this.#takes('/')) throw this.#fault(start);
        while (this.#takes('/'));
        return this.#peek() === '}' ? [pattern] : [pattern, this.#word('}', true, start)];
      }
    }
  }

  /** One nested expression, or characters up to one of `ends`; empty is refused. */
  #word(ends: string, escapes: boolean, start: number): string {
    if (this.#takes('${')) return this.#expression();
    let word = '';
    for (;;) {
      const next = this.#peek();
      if (next === '' || ends.includes(next) || this.#text.startsWith('${', this.#position)) break;
      word += this.#character(escapes);
    }
    if (word === '') throw this.#fault(start);
    return word;
  }

  #name(start: number): string {
    let name = '';
    while (nameCharacter.test(this.#peek())) name += this.#character(false);
    if (name === '') throw this.#fault(start);
    return name;
  }

  /** By the longest operator that stands here. */
  #operation(): SubstitutionOperation | undefined {
    const two = this.#text.slice(this.#position, this.#position + 2);
    const found = [two, this.#peek()].find((operator) => Object.hasOwn(operations, operator));
    if (found === undefined) return undefined;
    this.#position += found.length;
    return operations[found];
  }

  #character(escapes: boolean): string {
    const character = this.#peek();
    this.#position += character.length;
    const next = this.#peek();
    const isEscape =
      escapes &&
      ((character === '$' && next === '$') ||
        (character === '\\' && (next === '\\' || next === '/')));
    if (!isEscape) return character;
    this.#position += 1;
    return next;
  }

  #close(start: number): void {
    if (!this.#takes('}')) throw this.#fault(start);
  }

  #takes(text: string): boolean {
    if (!this.#text.startsWith(text, this.#position)) return false;
    this.#position += text.length;
    return true;
  }

  /** Empty at the end. */
  #peek(): string {
    const code = this.#text.codePointAt(this.#position);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #fault(start: number): Fault {
    const line = this.#text.slice(start).split('\n')[0] ?? '';
    const end = line.indexOf('}');
    const shown = end < 0 ? line.slice(0, 40) : line.slice(0, end + 1);
    return new Fault(start, `bad substitution ${shown}`);
  }
}
