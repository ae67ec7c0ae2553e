import { SyntaxFault, tokenize, unquote, type Token } from './expression-tokens.ts';

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

/** Operators between two operands; negated ones parse as `not` around them. */
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
  | 'contains'
  | 'startsWith'
  | 'endsWith'
  | 'matches'
  | '+';

export type ParsedExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/**
 * Parses the part of the server's expression language that conditions use: texts, numbers, lists, variables, comparisons,
 * `and`, `or`, `not`, `in`, `contains`, `startsWith`, `endsWith`, `matches`, `+`, `len`, `lower`, `upper`, `trim`.
 * Everything else is refused by name. Rules: the language definition of expr-lang.
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

/** Loosest first. */
const levels: readonly (readonly string[])[] = [
  ['||', 'or'],
  ['&&', 'and'],
  ['==', '!=', '<', '<=', '>', '>=', 'in', 'contains', 'startsWith', 'endsWith', 'matches'],
  ['+'],
];
const negatable: readonly string[] = ['in', 'contains', 'startsWith', 'endsWith', 'matches'];
const calls: readonly CallName[] = ['len', 'lower', 'trim', 'upper'];
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
    if (this.#next.kind !== 'end') throw unsupported(this.#next);
    return expression;
  }

  #level(level: number): Expression {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    let left = this.#level(level + 1);
    for (;;) {
      const isNegated = this.#takesNegation(operators);
      const operator = this.#takesOperator(operators);
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#level(level + 1) };
      if (isNegated) left = { kind: 'not', operand: left };
    }
  }

  /** The `not` of `not in`. */
  #takesNegation(operators: readonly string[]): boolean {
    const after = this.#tokens[this.#position + 1]?.text ?? '';
    return operators.includes(after) && negatable.includes(after) && this.#takes('not');
  }

  #takesOperator(operators: readonly string[]): BinaryOperator | undefined {
    const { kind, text } = this.#next;
    if ((kind !== 'word' && kind !== 'sign') || !operators.includes(text)) return undefined;
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
        if (token.text === '(') return this.#nested(() => this.#closed());
        if (token.text === '[') return this.#nested(() => this.#list());
        throw unsupported(token);
      case 'end':
        throw new SyntaxFault('the expression ends too early');
    }
  }

  #word(word: string): Expression {
    if (word === 'true' || word === 'false') return { kind: 'value', value: word === 'true' };
    if (word === 'nil') return { kind: 'value', value: null };
    if (!this.#takes('(')) return { kind: 'variable', name: word };
    const name = calls.find((known) => known === word);
    if (name === undefined)
      throw new SyntaxFault(`the function ${word} is not supported by local runs`);
    return { kind: 'call', name, operand: this.#nested(() => this.#closed()) };
  }

  #list(): Expression {
    const items: Expression[] = [];
    while (!this.#takes(']')) {
      if (items.length > 0 && !this.#takes(',')) throw unsupported(this.#next);
      items.push(this.#level(0));
    }
    return { kind: 'list', items };
  }

  #closed(): Expression {
    const expression = this.#level(0);
    if (!this.#takes(')')) throw unsupported(this.#next);
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

function unsupported({ kind, text }: Token): SyntaxFault {
  return new SyntaxFault(
    kind === 'end'
      ? 'the expression ends too early'
      : `${text} is not supported by local runs at this place`,
  );
}
