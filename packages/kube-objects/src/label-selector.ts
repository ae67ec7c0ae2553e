import { RunnerError } from '@millrace/core';
import { labelKeyErrors, labelValueErrors } from './labels.ts';

/** One condition of a label selector. `values` is empty for `Exists` and `DoesNotExist`. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

/** All conditions must hold; without any, everything is selected. */
export type LabelSelector = readonly LabelRequirement[];

/** The object form, `spec.selector` of many resources. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

const objectOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/**
 * Reads the object form. An empty object selects everything.
 * @throws RunnerError `MILLRACE_E_SELECTOR`
 */
export function labelSelectorOf(selector: LabelSelectorObject): LabelSelector {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
    requirement(key, 'In', [value]),
  );
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    const known = objectOperators.find((candidate) => candidate === operator);
    if (known === undefined)
      throw selectorError(`"${operator}" is not a valid label selector operator`);
    return requirement(key, known, values);
  });
  return [...equal, ...expressions];
}

/** Whether labels fulfil a selector. `NotIn` and `!=` hold for a label that is not there. */
export function matchesLabels(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return selector.every((condition) =>
    holds(condition, Object.hasOwn(labels, condition.key) ? labels[condition.key] : undefined),
  );
}

/** The string form of a selector, as a `labelSelector` query takes it. */
export function formatLabelSelector(selector: LabelSelector): string {
  return selector.map(formatRequirement).join(',');
}

/**
 * A checked condition.
 * @throws RunnerError `MILLRACE_E_SELECTOR` for a bad key, value or number of values
 */
export function requirement(
  key: string,
  operator: LabelRequirement['operator'],
  values: readonly string[],
): LabelRequirement {
  const [keyError] = labelKeyErrors(key);
  // The path of the key is one that a parsed selector does not have; Go prints it so.
  if (keyError !== undefined) throw selectorError(`<nil>: Invalid value: "${key}": ${keyError}`);
  for (const [index, value] of values.entries()) {
    const [valueError] = labelValueErrors(value);
    if (valueError !== undefined)
      throw selectorError(`values[${index}][${key}]: Invalid value: "${value}": ${valueError}`);
  }
  const countError = wrongCount(operator, values);
  if (countError !== undefined)
    throw selectorError(
      values.length === 1 && (operator === 'Gt' || operator === 'Lt')
        ? `values[0]: Invalid value: ${JSON.stringify(values[0])}: ${countError}`
        : `values: Invalid value: [${values.join(' ')}]: ${countError}`,
    );
  return { key, operator, values: [...new Set(values)] };
}

/** An error that names what is wrong with a selector. */
export function selectorError(message: string): RunnerError {
  return new RunnerError(message, { code: 'MILLRACE_E_SELECTOR', kind: 'config' });
}

function wrongCount(
  operator: LabelRequirement['operator'],
  values: readonly string[],
): string | undefined {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length === 0
        ? "for 'in', 'notin' operators, values set can't be empty"
        : undefined;
    case 'Exists':
    case 'DoesNotExist':
      return values.length > 0
        ? 'values set must be empty for exists and does not exist'
        : undefined;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) return "for 'Gt', 'Lt' operators, exactly one value is required";
      return integer.test(values[0] ?? '')
        ? undefined
        : "for 'Gt', 'Lt' operators, the value must be an integer";
  }
}

const integer = /^-?\d+$/u;

function holds({ operator, values }: LabelRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      if (value === undefined || !integer.test(value)) return false;
      const [own, bound] = [BigInt(value), BigInt(values[0] ?? '0')];
      return operator === 'Gt' ? own > bound : own < bound;
    }
  }
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0] ?? ''}` : `${key} in (${values.join(',')})`;
    case 'NotIn':
      return values.length === 1
        ? `${key}!=${values[0] ?? ''}`
        : `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${values[0] ?? ''}`;
    case 'Lt':
      return `${key}<${values[0] ?? ''}`;
  }
}
