import { compareQuantities, parseQuantity, type Quantity } from '@millrace/kube-objects';

/**
 * Whether waiting may help against a quota's refusal: not when one pod asks for more than the quota allows in all, or
 * leaves out what the quota counts. The API has no machine-readable form of it. Source: Kubernetes
 * `plugin/pkg/admission/resourcequota/controller.go` (the sentence).
 * @param message - of the refusal
 */
export function mayHaveRoomLater(message: string): boolean {
  const found = /exceeded quota: \S+, requested: (\S+), used: \S+, limited: (\S+)/.exec(message);
  if (found === null) return false;
  try {
    const limits = new Map(amounts(found[2] ?? ''));
    return amounts(found[1] ?? '').every(([resource, wanted]) => {
      const limit = limits.get(resource);
      return limit === undefined || compareQuantities(wanted, limit) <= 0;
    });
  } catch {
    // Another version's words: waiting costs the start timeout, not waiting the job.
    return true;
  }
}

function amounts(list: string): readonly (readonly [string, Quantity])[] {
  return list.split(',').map((each) => {
    const [resource = '', amount = ''] = each.split('=');
    return [resource, parseQuantity(amount)];
  });
}
