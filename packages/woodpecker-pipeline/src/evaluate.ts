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

type Value = string | number | boolean | null | readonly Value[];

/**
 * The answer of `evaluate`. Variables are text; one that is not set is nil, which equals nothing else.
 * @throws ExpressionError when the answer is not true or false, or an operator does not fit its operands
 */
export function evaluateCondition(
  expression: Expression,
  variables: Readonly<Record<string, string>>,
): boolean {
  const value = evaluate(expression, variables);
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(`the answer is ${describe(value)}`, 'write a comparison, such as NAME == "value"');
}

function evaluate(expression: Expression, variables: Readonly<Record<string, string>>): Value {
  switch (expression.kind) {
    case 'value':
      return expression.value;
    case 'variable':
      return Object.hasOwn(variables, expression.name) ? (variables[expression.name] ?? null) : null;
    case 'list':
      return expression.items.map((item) => evaluate(item, variables));
    case 'not':
      return !truth(evaluate(expression.operand, variables));
    case 'call':
      return call(expression.name, evaluate(expression.operand, variables));
    case 'binary': {
      const left = evaluate(expression.left, variables);
      // Only these two may leave their right side alone.
      if (expression.operator === '||')
        return truth(left) || truth(evaluate(expression.right, variables));
      if (expression.operator === '&&')
        return truth(left) && truth(evaluate(expression.right, variables));
      return apply(expression.operator, left, evaluate(expression.right, variables));
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
      return text(left, '+') + text(right, '+');
    case 'in':
    case 'not in':
      if (typeof right === 'string' || typeof right === 'number' || typeof right === 'boolean' || right === null)
        throw new ExpressionError(`${describe(right)} is no list`, 'write in ["one", "two"]');
      return right.includes(left) === (operator === 'in');
    case 'contains':
    case 'not contains':
      return text(left, 'contains').includes(text(right, 'contains')) === (operator === 'contains');
    case 'startsWith':
    case 'not startsWith':
      return (
        text(left, 'startsWith').startsWith(text(right, 'startsWith')) ===
        (operator === 'startsWith')
      );
    case 'endsWith':
    case 'not endsWith':
      return (
        text(left, 'endsWith').endsWith(text(right, 'endsWith')) === (operator === 'endsWith')
      );
    case 'matches':
    case 'not matches':
      return matches(text(left, 'matches'), text(right, 'matches')) === (operator === 'matches');
  }
}

function compare(operator: '<' | '<=' | '>' | '>=', left: Value, right: Value): boolean {
  const areNumbers = typeof left === 'number' && typeof right === 'number';
  const areTexts = typeof left === 'string' && typeof right === 'string';
  if (!areNumbers && !areTexts)
    throw new ExpressionError(
      `${operator} cannot compare ${describe(left)} with ${describe(right)}`,
      'variables are text: compare them with text in quotes',
    );
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
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
  const subject = text(value, name);
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
    'compare it, such as NAME == "value"',
  );
}

function text(value: Value, operator: string): string {
  if (typeof value === 'string') return value;
  throw new ExpressionError(
    `${operator} needs text, and found ${describe(value)}`,
    value === null ? 'test with != nil first that the variable is set' : 'put it in quotes',
  );
}

function describe(value: Value): string {
  if (value === null) return 'nil (a variable that is not set)';
  return typeof value === 'object' ? 'a list' : `the ${typeof value === 'string' ? 'text' : typeof value} ${String(value)}`;
}
