import type { LiteralCursor, LiteralFinder } from '../literals/literal-finder.ts';
import { asBuffer, createByteWriter, joined, NOTHING } from './byte-writer.ts';
import { bytesOfText, bytesToText, type LogTransform } from './log-transform.ts';

/** What stands in place of a secret value in a job log. */
export const MASKED = '[MASKED]';

/** What a masker holds back. It can be the beginning of a secret: keep it like one. */
export interface SecretMaskerState {
  /** Bytes that may be the beginning of a value, in base64. */
  readonly held: string;
  /** How many of them are part of a value that was replaced already. */
  readonly covered: number;
}

/** Replaces secret values in a stream of bytes. */
export interface SecretMasker extends LogTransform<SecretMaskerState> {
  /** From now on looks for the values of another finder, also in what is held back. */
  readonly use: (finder: LiteralFinder) => void;
}

/** A range of bytes to replace; one that begins before the data has its replacement already. */
interface Region {
  start: number;
  end: number;
}

/**
 * Replaces every occurrence of the values by one word; occurrences that overlap become one. Where the stream is cut into
 * chunks makes no difference, and only bytes that may begin a value are held back, so never more than the longest value.
 * GitLab Runner looks for one value after another and misses one that begins inside a failed match; this finds all.
 */
export function createSecretMasker(
  finder: LiteralFinder,
  options: { readonly replacement?: string; readonly state?: SecretMaskerState | undefined } = {},
): SecretMasker {
  const replacement = Buffer.from(options.replacement ?? MASKED);
  let held: Uint8Array = NOTHING;
  let regions: Region[] = [];
  let cursor: LiteralCursor = finder.cursor();

  const find = (data: Uint8Array, from: number): void => {
    const next = cursor.read(asBuffer(data));
    for (let end = next(from); end !== -1; end = next(end))
      addRegion(regions, end - cursor.found(), end);
  };
  const give = (data: Uint8Array, decided: number): Uint8Array => {
    const [first] = regions;
    const output =
      first === undefined || first.start >= decided
        ? data.subarray(0, decided)
        : replaced(data, decided, regions, replacement);
    // A copy: the caller may use the chunk's memory again.
    held = decided === data.length ? NOTHING : new Uint8Array(data.subarray(decided));
    if (first !== undefined) regions = rest(regions, decided);
    return output;
  };
  const restore = (bytes: Uint8Array, covered: number): void => {
    held = bytes;
    regions = covered === 0 ? [] : [{ start: BEFORE, end: covered }];
    find(held, 0);
  };
  const covered = (): number => {
    const [first] = regions;
    return first?.start === BEFORE ? Math.min(first.end, held.length) : 0;
  };
  if (options.state !== undefined) restore(bytesOfText(options.state.held), options.state.covered);
  return {
    push: (chunk) => {
      const from = held.length;
      const data = joined(held, chunk);
      find(data, from);
      return give(data, data.length - cursor.pending());
    },
    end: () => {
      cursor.reset();
      return give(held, held.length);
    },
    idle: () => held.length === 0,
    state: () => ({ held: bytesToText(held), covered: covered() }),
    use: (other) => {
      cursor = other.cursor();
      restore(held, covered());
    },
  };
}

const BEFORE = -1;

/** Regions come in the order of their ends; one that overlaps the last ones is one with them. */
function addRegion(regions: Region[], start: number, end: number): void {
  let first = start;
  for (let last = regions.at(-1); last !== undefined && last.end > start; last = regions.at(-1)) {
    first = Math.min(first, last.start);
    regions.pop();
  }
  regions.push({ start: first, end });
}

/** The regions as they are behind a position. */
function rest(regions: readonly Region[], from: number): Region[] {
  return regions
    .filter(({ end }) => end > from)
    .map(({ start, end }) => ({ start: start < from ? BEFORE : start - from, end: end - from }));
}

function replaced(
  data: Uint8Array,
  decided: number,
  regions: readonly Region[],
  replacement: Uint8Array,
): Uint8Array {
  const writer = createByteWriter(decided + replacement.length);
  const source = asBuffer(data);
  let done = 0;
  for (const { start, end } of regions) {
    if (start >= decided) break;
    if (start !== BEFORE) {
      writer.add(source, done, start);
      writer.add(replacement, 0, replacement.length);
    }
    done = Math.min(end, decided);
  }
  writer.add(source, done, decided);
  return writer.take();
}
