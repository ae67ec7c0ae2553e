import { createLiteralFilter } from './literal-filter.ts';
import { createLiteralTrie, nextNode, openNode } from './literal-trie.ts';

/** Finds literals in streams; one finder serves many streams. */
export interface LiteralFinder {
  /** Begins with a stream. */
  readonly cursor: () => LiteralCursor;
}

/** A place in one stream. */
export interface LiteralCursor {
  /**
   * Begins with the next bytes of the stream.
   * @returns a function that reads on from an index, which never goes back, and gives the index behind the first literal
   * that ends, or -1 when the data is used up
   */
  readonly read: (data: Buffer) => (from: number) => number;
  /** Length of the literal that was found; of several that end at the same place, the longest. */
  readonly found: () => number;
  /** How many of the bytes that were read last may be the beginning of a literal. */
  readonly pending: () => number;
  /** Forgets what was read. */
  readonly reset: () => void;
}

/** Going through fewer bytes one by one is quicker than to prepare the filter. */
const WORTH_FILTERING = 64;

/**
 * Makes a finder. The time it takes is proportional to the length of the data, whatever the literals are: job authors
 * choose both.
 * @param literals - empty ones are ignored
 */
export function createLiteralFinder(literals: readonly Uint8Array[]): LiteralFinder {
  const wanted = literals.filter(({ length }) => length > 0);
  if (wanted.length === 0) return { cursor: () => emptyCursor };
  const trie = createLiteralTrie(wanted);
  const filter = createLiteralFilter(wanted);
  return {
    cursor: () => {
      let node = 0;
      return {
        read: (data) => {
          const skip = data.length < WORTH_FILTERING ? undefined : filter.over(data);
          return (from) => {
            for (let at = from; at < data.length;) {
              if (node === 0 && skip !== undefined) {
                at = skip(at);
                if (at >= data.length) break;
              }
              node = nextNode(trie, node, data[at] ?? 0);
              at++;
              if (trie.found[node] !== 0) return at;
            }
            return -1;
          };
        },
        found: () => trie.found[node] ?? 0,
        pending: () => trie.depth[openNode(trie, node)] ?? 0,
        reset: () => {
          node = 0;
        },
      };
    },
  };
}

const emptyCursor: LiteralCursor = {
  read: () => () => -1,
  found: () => 0,
  pending: () => 0,
  reset: () => undefined,
};
