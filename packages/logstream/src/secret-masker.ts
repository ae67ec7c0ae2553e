/** What stands in place of a secret value in a job log. */
export const MASKED = '[MASKED]';

/** Replaces secret values in a stream of bytes. */
export interface SecretMasker {
  readonly push: (chunk: Uint8Array) => Uint8Array;
  /** What was held back because it could have been the beginning of a value. */
  readonly end: () => Uint8Array;
}

/**
 * Replaces every occurrence of the values by `[MASKED]`; occurrences that overlap become one. Where the stream is cut into
 * chunks makes no difference, and only bytes that may begin a value are held back.
 * @param secrets - values as text, found as their UTF-8 bytes; empty ones are ignored
 */
export function createSecretMasker(secrets: readonly string[]): SecretMasker {
  // One character is one byte, so one regular expression finds all values: several times faster than a search for each.
  const values = [...new Set(secrets.map((secret) => Buffer.from(secret).toString('latin1')))]
    .filter((value) => value !== '')
    .toSorted((left, right) => right.length - left.length);
  const [longest] = values;
  if (longest === undefined) return { push: (chunk) => chunk, end: () => new Uint8Array(0) };
  const pattern = new RegExp(values.map((value) => escapePattern(value)).join('|'), 'g');
  let rest = '';
  /** How many characters of `rest` belong to an occurrence that was already replaced. */
  let covered = 0;

  const mask = (data: string, decided: number): Uint8Array => {
    let out = '';
    let coveredTo = covered;
    pattern.lastIndex = 0;
    for (
      let hit = pattern.exec(data);
      hit !== null && hit.index < decided;
      hit = pattern.exec(data)
    ) {
      if (hit.index >= coveredTo) out += data.slice(coveredTo, hit.index) + MASKED;
      coveredTo = Math.max(coveredTo, hit.index + hit[0].length);
      // Values may overlap: the next one can begin inside this one.
      pattern.lastIndex = hit.index + 1;
    }
    if (coveredTo < decided) out += data.slice(coveredTo, decided);
    rest = data.slice(decided);
    covered = Math.max(0, coveredTo - decided);
    return Buffer.from(out, 'latin1');
  };
  return {
    push: (chunk) => {
      const data =
        rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      return mask(data, undecidedFrom(data, values, longest.length));
    },
    end: () => mask(rest, rest.length),
  };
}

/** Where the first value may begin of which the end is still to come. */
function undecidedFrom(data: string, values: readonly string[], longest: number): number {
  for (let at = Math.max(0, data.length - longest + 1); at < data.length; at++) {
    const length = data.length - at;
    const isBeginning = (value: string): boolean =>
      value.length > length &&
      value.charCodeAt(0) === data.charCodeAt(at) &&
      value.startsWith(data.slice(at));
    if (values.some((value) => isBeginning(value))) return at;
  }
  return data.length;
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
