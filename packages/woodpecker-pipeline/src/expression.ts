/** A parsed condition of `evaluate`. */
export type Expression =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'call'; readonly name: CallName; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

/** Functions of one argument. */
export type CallName = 'len' | 'lower' | 'trim' | 'upper';

export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'not in'
  | 'contains'
  | 'not contains'
  | 'startsWith'
  | 'not startsWith'
  | 'endsWith'
  | 'not endsWith'
  | 'matches'
  | 'not matches'
  | '+';

export type ParsedExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/**
 * Parses the part of the server's expression language that conditions use: texts, numbers, lists, variables, comparisons,
 * `and`, `or`, `not`, `in`, `contains`, `startsWith`, `endsWith`, `matches`, `+`, `len`, `lower`, `upper`, `trim`.
 * Everything else is refused by name.
 */
export function parseExpression(text: string): ParsedExpression {
  try {
    return { ok: true, expression: new ExpressionParser(tokenize(text)).whole() };
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return {
      ok: false,
      message: error.message,
      hint: 'use comparisons, and, or, not, in, contains, startsWith, endsWith, matches',
    };
  }
}

class SyntaxFault extends Error {}

interface Token {
  readonly kind: 'text' | 'number' | 'word' | 'sign' | 'end';
  readonly text: string;
}

const tokenPattern =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|(?<word>[A-Za-z_]\w*)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<sign>&&|\|\||[=!<>]=|[-<>!()[\],+?:.*/%|^#{}]))/suy;

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const source = text.trimEnd();
  tokenPattern.lastIndex = 0;
  let end = 0;
  while (end < source.length) {
    const match = tokenPattern.exec(source);
    if (match?.groups === undefined)
      throw new SyntaxFault(`cannot read ${source.slice(end).trim().slice(0, 20)}`);
    end = tokenPattern.lastIndex;
    const [kind, found] = Object.entries(match.groups).find(([, group]) => (group as string | undefined) !== undefined) ?? [];
    tokens.push({ kind: kind as Token['kind'], text: found ?? '' });
  }
  return tokens;
}

/** Loosest first. */
const levels: readonly (readonly string[])[] = [
  ['||', 'or'],
  ['&&', 'and'],
  ['==', '!=', '<', '<=', '>', '>=', 'in', 'contains', 'startsWith', 'endsWith', 'matches'],
  ['+'],
];
const negatable: readonly string[] = ['in', 'contains', 'startsWith', 'endsWith', 'matches'];
const calls: readonly string[] = ['len', 'lower', 'trim', 'upper'];
const deepest = 50;

class ExpressionParser {
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#level(0);
    if (this.#next.kind !== 'end')
      throw new SyntaxFault(`"${this.#next.text}" is not supported by local runs here`);
    return expression;
  }

  #level(level: number): Expression {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    let left = this.#level(level + 1);
    for (;;) {
      const operator = this.#operator(operators);
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#level(level + 1) };
    }
  }

  #operator(operators: readonly string[]): BinaryOperator | undefined {
    const { kind, text } = this.#next;
    if (kind !== 'word' && kind !== 'sign') return undefined;
    const after = this.#tokens[this.#position + 1]?.text ?? '';
    if (text === 'not' && negatable.includes(after) && operators.includes(after)) {
      this.#position += 2;
      return `not ${after}` as BinaryOperator;
    }
    if (!operators.includes(text)) return undefined;
    this.#position += 1;
    return (text === 'or' ? '||' : text === 'and' ? '&&' : text) as BinaryOperator;
  }

  #unary(): Expression {
    if (!this.#takes('not') && !this.#takes('!')) return this.#operand();
    return this.#nested(() => ({ kind: 'not', operand: this.#unary() }));
  }

  #operand(): Expression {
    const token = this.#next;
    this.#position += 1;
    switch (token.kind) {
      case 'text':
        return { kind: 'value', value: unquote(token.text) };
      case 'number':
        return { kind: 'value', value: Number(token.text) };
      case 'word':
        return this.#word(token.text);
      case 'sign':
        if (token.text === '(') return this.#nested(() => this.#upTo(')'));
        if (token.text === '[') return this.#nested(() => this.#list());
        throw new SyntaxFault(`"${token.text}" is not supported by local runs here`);
      case 'end':
        throw new SyntaxFault('the expression ends too early');
    }
  }

  #word(word: string): Expression {
    if (word === 'true' || word === 'false') return { kind: 'value', value: word === 'true' };
    if (word === 'nil') return { kind: 'value', value: null };
    if (this.#next.text !== '(' || this.#next.kind !== 'sign')
      return { kind: 'variable', name: word };
    if (!calls.includes(word))
      throw new SyntaxFault(`the function ${word} is not supported by local runs`);
    this.#position += 1;
    const operand = this.#nested(() => this.#upTo(')'));
    return { kind: 'call', name: word as CallName, operand };
  }

  #list(): Expression {
    const items: Expression[] = [];
    while (!this.#takes(']')) {
      items.push(this.#level(0));
      if (!this.#takes(',') && this.#next.text !== ']')
        throw new SyntaxFault('a list lacks a comma or its ]');
    }
    return { kind: 'list', items };
  }

  #upTo(end: string): Expression {
    const expression = this.#level(0);
    if (!this.#takes(end)) throw new SyntaxFault(`${end} is missing`);
    return expression;
  }

  #nested(read: () => Expression): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) throw new SyntaxFault(`nested deeper than ${deepest} levels`);
    const expression = read();
    this.#depth -= 1;
    return expression;
  }

  #takes(text: string): boolean {
    if (this.#next.text !== text || this.#next.kind === 'text') return false;
    this.#position += 1;
    return true;
  }

  get #next(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: '' };
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

const unquote = (quoted: string): string =>
  quoted
    .slice(1, -1)
    .replaceAll(/\\(.)/gsu, (_, character: string) => escapes[character] ?? character);
