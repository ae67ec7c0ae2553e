import type { JsonObject } from '@millrace/core';
import {
  compareQuantities,
  parseQuantity,
  quantityOf,
  quantityValue,
} from '@millrace/kube-objects';
import { record } from '../../store/json.ts';
import type { FieldErrors } from './field-errors.ts';

const standard = ['cpu', 'memory', 'ephemeral-storage'];
const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
/** A resource that a node offers besides its own: it cannot be given twice, and comes in whole pieces. */
const isExtended = (name: string): boolean =>
  name.includes('/') && !name.startsWith('kubernetes.io/') && !name.startsWith('requests.');

/** The quantities themselves have been read when the pod was decoded. */
export function checkResources(errors: FieldErrors, field: string, resources: JsonObject): void {
  const limits = record(resources, 'limits');
  const requests = record(resources, 'requests');
  for (const [kind, amounts] of Object.entries({ limits, requests }))
    for (const [name, amount] of Object.entries(amounts))
      if (isAmount(amount)) checkAmount(errors, `${field}.${kind}[${name}]`, name, amount);
  for (const [name, requested] of Object.entries(requests)) {
    const limit = limits[name];
    if (!isAmount(requested)) continue;
    if (isAmount(limit)) {
      const order = compareQuantities(parseQuantity(requested), parseQuantity(limit));
      if (isExtended(name) && order !== 0)
        errors.invalid(
          `${field}.requests`,
          String(requested),
          `must be equal to ${name} limit of ${limit}`,
        );
      else if (order > 0)
        errors.invalid(
          `${field}.requests`,
          String(requested),
          `must be less than or equal to ${name} limit of ${limit}`,
        );
    } else if (isExtended(name) || isHugePages(name)) {
      errors.required(`${field}.limits`, 'Limit must be set for non overcommitable resources');
    }
  }
}

function checkAmount(
  errors: FieldErrors,
  field: string,
  name: string,
  amount: string | number,
): void {
  if (!name.includes('/') && !standard.includes(name) && !isHugePages(name)) {
    errors.invalid(field, name, 'must be a standard resource type or fully qualified');
    errors.invalid(field, name, 'must be a standard resource for containers');
    return;
  }
  if (String(amount).startsWith('-'))
    errors.invalid(field, amount, 'must be greater than or equal to 0');
  if (isExtended(name) && !isWhole(amount)) errors.invalid(field, amount, 'must be an integer');
}

function isWhole(amount: string | number): boolean {
  const quantity = parseQuantity(amount);
  return compareQuantities(quantity, quantityOf(quantityValue(quantity))) === 0;
}

const isAmount = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';

/** What is odd about a container's resources and yet taken. */
export function resourceWarnings(field: string, resources: JsonObject): readonly string[] {
  return ['limits', 'requests'].flatMap((kind) => {
    const amount = record(resources, kind)['memory'];
    return isAmount(amount) && !isWhole(amount)
      ? [
          `${field}.${kind}[memory]: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`,
        ]
      : [];
  });
}
