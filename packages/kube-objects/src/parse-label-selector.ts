import {
  requirement,
  selectorError,
  type LabelRequirement,
  type LabelSelector,
} from './label-selector.ts';

type Comparison = '=' | '==' | '!=' | '>' | '<';

/**
 * Reads the string form of a label selector: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x)`, `a`, `!a`, `a>1`,
 * `a<1`, joined by commas. The empty text selects everything.
 * @throws RunnerError `MILLRACE_E_SELECTOR`
 */
export function parseLabelSelector(text: string): LabelSelector {
  const reader = new TokenReader(text);
  if (reader.peek() === undefined) return [];
  const requirements: LabelRequirement[] = [];
  for (;;) {
    requirements.push(readRequirement(reader));
    const separator = reader.next();
    if (separator === undefined) return requirements;
    if (separator !== ',') throw reader.unexpected(separator, "',' or the end");
    if (reader.peek() === undefined) throw reader.unexpected(undefined, 'a label key');
  }
}

function readRequirement(reader: TokenReader): LabelRequirement {
  if (reader.peek() === '!') {
    reader.next();
    return requirement(readKey(reader), 'DoesNotExist', []);
  }
  const key = readKey(reader);
  const operator = reader.peek();
  if (operator === undefined || operator === ',') return requirement(key, 'Exists', []);
  reader.next();
  if (operator === 'in') return requirement(key, 'In', readSet(reader));
  if (operator === 'notin') return requirement(key, 'NotIn', readSet(reader));
  if (!isComparison(operator))
    throw reader.unexpected(operator, 'an operator (in, notin, =, ==, !=, >, <)');
  const value = readValue(reader);
  switch (operator) {
    case '=':
    case '==':
      return requirement(key, 'In', [value]);
    case '!=':
      return requirement(key, 'NotIn', [value]);
    case '>':
      return requirement(key, 'Gt', [value]);
    case '<':
      return requirement(key, 'Lt', [value]);
  }
}

function readKey(reader: TokenReader): string {
  const key = reader.next();
  // `in` and `notin` are operators only behind a key.
  if (key === undefined || isSymbol(key)) throw reader.unexpected(key, 'a label key');
  return key;
}

/** A value may be missing: `a=` selects the empty value. */
function readValue(reader: TokenReader): string {
  const value = reader.peek();
  if (value === undefined || value === ',' || value === ')') return '';
  reader.next();
  if (isSymbol(value)) throw reader.unexpected(value, 'a label value');
  return value;
}

function readSet(reader: TokenReader): readonly string[] {
  const open = reader.next();
  if (open !== '(') throw reader.unexpected(open, "'('");
  const values = [readValue(reader)];
  for (;;) {
    const separator = reader.next();
    if (separator === ')') return values;
    if (separator !== ',') throw reader.unexpected(separator, "',' or ')'");
    values.push(readValue(reader));
  }
}

const symbols = ['==', '!=', '=', '!', '>', '<', '(', ')', ','];
const isSymbol = (token: string): boolean => symbols.includes(token);
const isComparison = (token: string): token is Comparison =>
  ['=', '==', '!=', '>', '<'].includes(token);

/** Splits a selector into symbols and words; blanks only separate. */
class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/[=!]=|[=!><(),]|[^\s=!><(),]+/gu) ?? [];
  }

  peek(): string | undefined {
    return this.#tokens[this.#position];
  }

  next(): string | undefined {
    const token = this.peek();
    this.#position += 1;
    return token;
  }

  unexpected(found: string | undefined, expected: string): Error {
    return selectorError(
      `unable to parse requirement: found '${found ?? ''}', expected: ${expected} (label selector "${this.#text}")`,
    );
  }
}
