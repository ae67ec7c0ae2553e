import type { ServerVersion } from '@millrace/core';

/** Whether a server knows host aliases, which came with Kubernetes 1.7; unknown when its version is no number. */
export function supportsHostAliases({
  major,
  minor,
}: Pick<ServerVersion, 'major' | 'minor'>): 'yes' | 'no' | 'unknown' {
  const [first, second] = [leadingNumber(major), leadingNumber(minor)];
  if (Number.isNaN(first) || Number.isNaN(second)) return 'unknown';
  return first > 1 || (first === 1 && second >= 7) ? 'yes' : 'no';
}

/** Vendors write `27+`. */
const leadingNumber = (text: string): number => Number.parseInt(text, 10);
