import { isRunnerError } from '@millrace/core';
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from '@millrace/kube-objects';

/** A quantity with the text Kubernetes writes for it, or what Kubernetes says against the one given. */
export type ReadQuantity =
  | { readonly quantity: Quantity; readonly text: string }
  | { readonly error: string };

/** Reads a quantity without throwing. */
export function readQuantity(text: string): ReadQuantity {
  try {
    const quantity = parseQuantity(text);
    return { quantity, text: formatQuantity(quantity) };
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    return { error: thrown.message };
  }
}

/** A quantity that is asked for, in Kubernetes' text, or why it cannot be had. */
export type BoundedQuantity =
  | { readonly text: string }
  | { readonly fault: 'asked' | 'maximum'; readonly error: string }
  | { readonly fault: 'above' };

/** Compares as amounts, whatever the units: `5000Mi` is above `2Gi`. Equal is fine. */
export function withinMaximum(asked: string, maximum: string): BoundedQuantity {
  const read = readQuantity(asked);
  if ('error' in read) return { fault: 'asked', error: read.error };
  const most = readQuantity(maximum);
  if ('error' in most) return { fault: 'maximum', error: most.error };
  return compareQuantities(read.quantity, most.quantity) > 0
    ? { fault: 'above' }
    : { text: read.text };
}
