import type { Claim } from './claim.ts';
import { canonicalText } from './json-value.ts';

/** Which of several claims for one thing count. */
export interface Agreement {
  /** Claims that count; equal when `agreed`. */
  readonly counting: readonly Claim[];
  /** Claims that an override set aside. */
  readonly displaced: readonly Claim[];
  readonly agreed: boolean;
}

/** Claims that override stand above those that do not; the ones that count must be equal. */
export function agree(claims: readonly Claim[]): Agreement {
  const { counting, displaced } = strongest(claims);
  const agreed = new Set(counting.map((claim) => canonicalText(claim.value))).size === 1;
  return { counting, displaced, agreed };
}

/** Splits claims into those that count and those that an override sets aside. */
export function strongest(claims: readonly Claim[]): Omit<Agreement, 'agreed'> {
  const overriding = claims.filter((claim) => claim.override);
  return overriding.length === 0
    ? { counting: claims, displaced: [] }
    : { counting: overriding, displaced: claims.filter((claim) => !claim.override) };
}
