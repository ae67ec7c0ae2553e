import { isRunnerError } from '@millrace/core';
import { compilePattern } from '@millrace/kube-objects';
import type { BinaryOperator, CallName, Expression } from './expression.ts';

/** An expression that has no answer for these variables. */
export class ExpressionError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

type Variables = Readonly<Record<string, string>>;
type Value = string | number | boolean | null | readonly Value[];

/**
 * The answer of `evaluate`. Variables are text; one that is not set is nil, which equals nothing else.
 * @throws ExpressionError when the answer is not true or false, or an operator does not fit its operands
 */
export function evaluateCondition(expression: Expression, variables: Variables): boolean {
  return truth(evaluate(expression, variables));
}

function evaluate(expression: Expression, variables: Variables): Value {
  switch (expression.kind) {
    case 'value':
      return expression.value;
    case 'variable':
      return Object.hasOwn(variables, expression.name)
        ? (variables[expression.name] ?? null)
        : null;
    case 'list':
      return expression.items.map((item) => evaluate(item, variables));
    case 'not':
      return !truth(evaluate(expression.operand, variables));
    case 'call':
      return call(expression.name, evaluate(expression.operand, variables));
    case 'binary': {
      const { operator } = expression;
      const left = evaluate(expression.left, variables);
      // Only these two may leave their right side alone.
      if (operator === '||') return truth(left) || truth(evaluate(expression.right, variables));
      if (operator === '&&') return truth(left) && truth(evaluate(expression.right, variables));
      return apply(operator, left, evaluate(expression.right, variables));
    }
  }
}

function apply(
  operator: Exclude<BinaryOperator, '||' | '&&'>,
  left: Value,
  right: Value,
): string | number | boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, left, right);
    case '+':
      if (typeof left === 'number' && typeof right === 'number') return left + right;
      return textOf(left, operator) + textOf(right, operator);
    case 'in':
      if (isList(right)) return right.includes(left);
      throw new ExpressionError(`${describe(right)} is no list`, 'write in ["one", "two"]');
    case 'contains':
      return textOf(left, operator).includes(textOf(right, operator));
    case 'startsWith':
      return textOf(left, operator).startsWith(textOf(right, operator));
    case 'endsWith':
      return textOf(left, operator).endsWith(textOf(right, operator));
    case 'matches':
      return matches(textOf(left, operator), textOf(right, operator));
  }
}

function compare(operator: '<' | '<=' | '>' | '>=', left: Value, right: Value): boolean {
  const order = orderOf(left, right);
  if (order === undefined)
    throw new ExpressionError(
      `${operator} cannot compare ${describe(left)} with ${describe(right)}`,
      'variables are text: compare them with text in quotes',
    );
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function orderOf(left: Value, right: Value): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  return left === right ? 0 : left < right ? -1 : 1;
}

function matches(subject: string, pattern: string): boolean {
  try {
    return compilePattern(pattern).test(subject);
  } catch (error) {
    if (!isRunnerError(error)) throw error;
    throw new ExpressionError(error.message, 'correct the regular expression');
  }
}

function call(name: CallName, value: Value): string | number {
  const subject = textOf(value, name);
  switch (name) {
    case 'len':
      return Array.from(subject).length;
    case 'lower':
      return subject.toLowerCase();
    case 'trim':
      return subject.trim();
    case 'upper':
      return subject.toUpperCase();
  }
}

function truth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(
    `${describe(value)} is neither true nor false`,
    'compare it, as in NAME == "value"',
  );
}

function textOf(value: Value, operator: string): string {
  if (typeof value === 'string') return value;
  throw new ExpressionError(
    `${operator} needs text, and found ${describe(value)}`,
    value === null ? 'test before that the variable is set: NAME != nil and …' : 'put it in quotes',
  );
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

function describe(value: Value): string {
  if (value === null) return 'nil (a variable that is not set)';
  if (isList(value)) return 'a list';
  return `the ${typeof value === 'string' ? 'text' : typeof value} ${value}`;
}
