import { RE2JS } from 're2js';

/** Tells whether a text matches. */
export type Glob = (text: string) => boolean;

/**
 * Compiles a glob as Go's doublestar reads it: `*` and `?` stop at `/`, `**` as a whole path segment crosses it, `[a-z]`
 * and `[!a]` are one character, `{a,b}` are alternatives, `\` takes the next character literally. An invalid pattern
 * matches nothing. Matching takes linear time, whatever the pattern.
 */
export function compileGlob(pattern: string): Glob {
  const source = new GlobTranslator(pattern).translate();
  if (source === undefined) return () => false;
  const expression = RE2JS.compile(source, RE2JS.DOTALL);
  return (text) => expression.testExact(text);
}

/** {@link compileGlob} for a pattern that is used once. */
export function matchesGlob(pattern: string, text: string): boolean {
  return compileGlob(pattern)(text);
}

/** Alternatives deeper than this are refused like an invalid pattern; nobody writes them by hand. */
const deepestNesting = 32;
const slash = 0x2f;
/** A class that no character is in. */
const nothing = '[^\\x{0}-\\x{10ffff}]';

/** Turns a glob into an RE2 expression, character by character. */
class GlobTranslator {
  readonly #characters: readonly string[];
  #position = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  /** @returns undefined for an invalid pattern */
  translate(): string | undefined {
    const source = this.#sequence(0, true);
    return this.#position === this.#characters.length ? source : undefined;
  }

  /** Reads up to the end or, inside braces, up to the comma or brace that ends an alternative. */
  #sequence(depth: number, startsSegment: boolean): string | undefined {
    let source = '';
    let atSegmentStart = startsSegment;
    for (;;) {
      const character = this.#characters[this.#position];
      if (character === undefined || (depth > 0 && (character === ',' || character === '}')))
        return source;
      const piece = this.#piece(character, depth, atSegmentStart);
      if (piece === undefined) return undefined;
      source += piece;
      atSegmentStart = this.#characters[this.#position - 1] === '/';
    }
  }

  #piece(character: string, depth: number, atSegmentStart: boolean): string | undefined {
    this.#position += 1;
    switch (character) {
      case '*':
        return this.#stars(depth, atSegmentStart);
      case '?':
        return '[^/]';
      case '[':
        return this.#characterClass();
      case '{':
        return this.#alternatives(depth + 1, atSegmentStart);
      case '\\': {
        const literal = this.#characters[this.#position];
        this.#position += 1;
        return literal === undefined ? undefined : RE2JS.quote(literal);
      }
      case '/':
        // `a/**` also means `a` itself.
        if (this.#isDoubleStar() && this.#endsSegment(this.#position + 2, depth, false)) {
          this.#position += 2;
          return '(?:/.*)?';
        }
        return '/';
      default:
        return RE2JS.quote(character);
    }
  }

  /** The first star is read. Two stars mean more than one only when they are a whole path segment. */
  #stars(depth: number, atSegmentStart: boolean): string {
    const first = this.#position - 1;
    while (this.#characters[this.#position] === '*') this.#position += 1;
    const isDouble =
      this.#position - first === 2 &&
      atSegmentStart &&
      this.#endsSegment(this.#position, depth, true);
    if (!isDouble) return '[^/]*';
    if (this.#characters[this.#position] !== '/') return '.*';
    this.#position += 1;
    return '(?:.*/)?';
  }

  #isDoubleStar(): boolean {
    return this.#characters[this.#position] === '*' && this.#characters[this.#position + 1] === '*';
  }

  #endsSegment(position: number, depth: number, slashEnds: boolean): boolean {
    const character = this.#characters[position];
    if (character === undefined || (slashEnds && character === '/')) return true;
    return depth > 0 && (character === ',' || character === '}');
  }

  #alternatives(depth: number, startsSegment: boolean): string | undefined {
    if (depth > deepestNesting) return undefined;
    const alternatives: string[] = [];
    for (;;) {
      const alternative = this.#sequence(depth, startsSegment);
      if (alternative === undefined) return undefined;
      alternatives.push(alternative);
      const end = this.#characters[this.#position];
      this.#position += 1;
      if (end === undefined) return undefined;
      if (end === '}') return `(?:${alternatives.join('|')})`;
    }
  }

  /** A class never matches the separator, whatever it lists. */
  #characterClass(): string | undefined {
    const negated =
      this.#characters[this.#position] === '!' || this.#characters[this.#position] === '^';
    if (negated) this.#position += 1;
    const ranges: (readonly [number, number])[] = [];
    do {
      const low = this.#classCharacter();
      if (low === undefined) return undefined;
      let high: number | undefined = low;
      if (this.#characters[this.#position] === '-') {
        this.#position += 1;
        high = this.#classCharacter();
      }
      if (high === undefined) return undefined;
      if (low <= high) ranges.push([low, high]);
    } while (this.#characters[this.#position] !== ']');
    this.#position += 1;
    if (negated) return `[^/${ranges.map(classRange).join('')}]`;
    const allowed = ranges.flatMap(withoutSlash);
    return allowed.length === 0 ? nothing : `[${allowed.map(classRange).join('')}]`;
  }

  #classCharacter(): number | undefined {
    let character = this.#characters[this.#position];
    if (character === '\\') {
      this.#position += 1;
      character = this.#characters[this.#position];
    } else if (character === '-' || character === ']') {
      return undefined;
    }
    this.#position += 1;
    return character?.codePointAt(0);
  }
}

function withoutSlash([low, high]: readonly [number, number]): (readonly [number, number])[] {
  if (low > slash || high < slash) return [[low, high]];
  const parts: (readonly [number, number])[] = [
    [low, slash - 1],
    [slash + 1, high],
  ];
  return parts.filter(([from, to]) => from <= to);
}

function classRange([low, high]: readonly [number, number]): string {
  return `\\x{${low.toString(16)}}-\\x{${high.toString(16)}}`;
}
