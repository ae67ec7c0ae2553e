/** Why an id that a job asked for is not used. */
export type IdFault = 'not-a-number' | 'out-of-range' | 'negative' | 'not-allowed';

/** An id that a job may have, or why not. */
export type CheckedId =
  | { readonly id: number; readonly skipped: readonly string[] }
  | { readonly fault: IdFault; readonly skipped: readonly string[] };

/** What a job asked for; an absent part is left to the image. */
export interface AskedUser {
  readonly user: string | undefined;
  readonly group: string | undefined;
}

const largest = 2n ** 63n - 1n;

/** Parts of `uid[:gid]`; only the first colon separates. */
export function askedUser(text: string | undefined): AskedUser {
  const [user = '', ...rest] = (text ?? '').split(':');
  const group = rest.join(':');
  return { user: user === '' ? undefined : user, group: group === '' ? undefined : group };
}

/**
 * Whether a job may have an id. Only numbers count, compared as numbers; 0, however written, only if the operator lists it;
 * without a list any other. Entries of the list that are no numbers allow nothing.
 */
export function checkId(asked: string, allowed: readonly string[]): CheckedId {
  const skipped = allowed.filter((entry) => parseId(entry) === undefined);
  const id = parseId(asked);
  if (id === undefined) return { fault: 'not-a-number', skipped: [] };
  if (id > largest || id < -largest - 1n) return { fault: 'out-of-range', skipped: [] };
  if (id < 0n) return { fault: 'negative', skipped: [] };
  const listed = allowed.some((entry) => parseId(entry) === id);
  if (listed || (allowed.length === 0 && id !== 0n)) return { id: Number(id), skipped };
  return { fault: 'not-allowed', skipped };
}

function parseId(text: string): bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
}
