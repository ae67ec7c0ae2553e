import { randomInt } from 'node:crypto';

/** Consonants and digits only, so that no words appear: the alphabet of Kubernetes' generated names. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
/** A generated name is cut so that it fits a DNS label. */
const maxPrefix = 63 - suffixLength;

/** A name of `prefix` and five random characters that `taken` does not know. Empty when there is no prefix. */
export function freeName(prefix: string, taken: (candidate: string) => boolean): string {
  if (prefix === '') return '';
  for (;;) {
    const suffix = Array.from(
      { length: suffixLength },
      () => alphabet[randomInt(alphabet.length)],
    ).join('');
    const candidate = `${prefix.slice(0, maxPrefix)}${suffix}`;
    if (!taken(candidate)) return candidate;
  }
}
