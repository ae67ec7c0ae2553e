import { isRunnerError } from '@millrace/core';
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
  const first = reader.peek();
  if (first === undefined) return [];
  if (first !== '!' && !isWord(first))
    throw selectorError(`found '${first}', expected: !, identifier, or 'end of string'`);
  const requirements: LabelRequirement[] = [];
  for (;;) {
    requirements.push(readRequirement(reader));
    const separator = reader.next();
    if (separator === undefined) return requirements;
    if (separator !== ',')
      throw selectorError(`found '${separator}', expected: ',' or 'end of string'`);
    const following = reader.peek();
    if (following !== '!' && !isWord(following))
      throw selectorError(`found '${following ?? ''}', expected: identifier after ','`);
  }
}

function readRequirement(reader: TokenReader): LabelRequirement {
  if (reader.peek() === '!') {
    reader.next();
    return checked(readKey(reader), 'DoesNotExist', []);
  }
  const key = readKey(reader);
  const operator = reader.peek();
  if (operator === undefined || operator === ',') return checked(key, 'Exists', []);
  reader.next();
  if (operator === 'in') return checked(key, 'In', readSet(reader));
  if (operator === 'notin') return checked(key, 'NotIn', readSet(reader));
  if (!isComparison(operator)) throw unexpected(operator, 'in, notin, =, ==, !=, gt, lt');
  const value = readValue(reader);
  switch (operator) {
    case '=':
    case '==':
      return checked(key, 'In', [value]);
    case '!=':
      return checked(key, 'NotIn', [value]);
    case '>':
      return checked(key, 'Gt', [value]);
    case '<':
      return checked(key, 'Lt', [value]);
  }
}

function readKey(reader: TokenReader): string {
  const key = reader.next();
  if (key === undefined || !isWord(key)) throw unexpected(key, 'identifier');
  return key;
}

/** A value may be missing: `a=` selects the empty value. */
function readValue(reader: TokenReader): string {
  const value = reader.peek();
  if (value === undefined || value === ',' || value === ')') return '';
  reader.next();
  if (isSymbol(value)) throw unexpected(value, 'identifier');
  return value;
}

function readSet(reader: TokenReader): readonly string[] {
  const open = reader.next();
  // Kubernetes leaves the comma out here.
  if (open !== '(')
    throw selectorError(`unable to parse requirement: found '${open ?? ''}' expected: '('`);
  const values = [readValue(reader)];
  for (;;) {
    const separator = reader.next();
    if (separator === ')') return values;
    if (separator !== ',') throw unexpected(separator, "',' or ')'");
    values.push(readValue(reader));
  }
}

const symbols = ['==', '!=', '=', '!', '>', '<', '(', ')', ','];
const isSymbol = (token: string): boolean => symbols.includes(token);
/** Also `in` and `notin`, which are operators only behind a key. */
const isWord = (token: string | undefined): boolean => token !== undefined && !isSymbol(token);
const isComparison = (token: string): token is Comparison =>
  ['=', '==', '!=', '>', '<'].includes(token);

const unexpected = (found: string | undefined, expected: string): Error =>
  selectorError(`unable to parse requirement: found '${found ?? ''}', expected: ${expected}`);

/** A condition; what is wrong with its parts is told as what is wrong with the whole. */
function checked(
  key: string,
  operator: LabelRequirement['operator'],
  values: readonly string[],
): LabelRequirement {
  try {
    return requirement(key, operator, values);
  } catch (error) {
    throw isRunnerError(error)
      ? selectorError(`unable to parse requirement: ${error.message}`)
      : error;
  }
}

/** Splits a selector into symbols and words; blanks only separate. */
class TokenReader {
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(text: string) {
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
}
