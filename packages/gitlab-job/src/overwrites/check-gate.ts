import { isRunnerError, type JsonValue, type OverwriteRow } from '@millrace/core';
import { compareQuantities, compilePattern, parseQuantity } from '@millrace/kube-objects';
import { quoted } from './quoted.ts';

/** Whether a job may change a setting to a value. */
export type GateVerdict =
  | { readonly verdict: 'open' }
  /** The operator allows no change at all; the value is ignored. */
  | { readonly verdict: 'off' }
  | { readonly verdict: 'refused'; readonly message: string };

/** Checks a value against what the operator configured for the row's gate. */
export function checkGate(
  row: OverwriteRow,
  configured: JsonValue | undefined,
  value: string,
): GateVerdict {
  if (row.gate.rule === 'switch') return { verdict: configured === true ? 'open' : 'off' };
  if (typeof configured !== 'string' || configured === '') return { verdict: 'off' };
  const message =
    row.gate.rule === 'pattern'
      ? mismatch(configured, value)
      : excess(row.label, configured, value);
  return message === undefined ? { verdict: 'open' } : { verdict: 'refused', message };
}

/** The pattern may match anywhere in the value; a bad one is noticed only now. */
function mismatch(pattern: string, value: string): string | undefined {
  try {
    if (compilePattern(pattern).test(value)) return undefined;
  } catch (error) {
    if (isRunnerError(error)) return error.message;
    throw error;
  }
  return `provided value ${quoted(value)} does not match ${quoted(pattern)}`;
}

function excess(label: string, maximum: string, value: string): string | undefined {
  const subject = `invalid ${scopeOf(label)} specified`;
  try {
    if (compareQuantities(parseQuantity(value), parseQuantity(maximum)) <= 0) return undefined;
  } catch (error) {
    if (isRunnerError(error)) return `${subject}: parsing resource limit: ${quoted(error.message)}`;
    throw error;
  }
  return `${subject}: the resource ${quoted(label)} requested ${quoted(value)} is higher than limit allowed ${quoted(maximum)}`;
}

/** `ServiceCPURequest` is one of the `service requests`. */
function scopeOf(label: string): string {
  const kind = label.endsWith('Request') ? 'requests' : 'limits';
  const scope = /^(Service|Helper|Pod)/.exec(label)?.[0];
  return `${scope === 'Pod' ? scope : (scope?.toLowerCase() ?? 'build')} ${kind}`;
}
