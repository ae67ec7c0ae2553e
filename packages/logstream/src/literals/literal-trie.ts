/**
 * Literals as a trie with fallbacks (Aho and Corasick, 1975), in flat arrays: 21 bytes for each byte of a literal.
 * Node 0 is the root; a node stands for the text on the way to it.
 */
export interface LiteralTrie {
  /** The root's child by byte; 0 where it has none. */
  readonly root: Int32Array;
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  /** The byte on the way to the node. */
  readonly bytes: Uint8Array;
  /** The node of the longest text that this one's ends with. */
  readonly fallback: Int32Array;
  /** Length of the node's text. */
  readonly depth: Int32Array;
  /** Length of the longest literal that the node's text ends with; 0 for none. */
  readonly found: Int32Array;
}

/** Makes the trie; empty literals are not allowed. */
export function createLiteralTrie(literals: readonly Uint8Array[]): LiteralTrie {
  const size = literals.reduce((sum, { length }) => sum + length, 1);
  const trie: LiteralTrie = {
    root: new Int32Array(256),
    firstChild: new Int32Array(size),
    nextSibling: new Int32Array(size),
    bytes: new Uint8Array(size),
    fallback: new Int32Array(size),
    depth: new Int32Array(size),
    found: new Int32Array(size),
  };
  let count = 1;
  for (const literal of literals) {
    let node = 0;
    for (const byte of literal) {
      const child = childOf(trie, node, byte);
      node = child === 0 ? addChild(trie, node, byte, count++) : child;
    }
    trie.found[node] = literal.length;
  }
  addFallbacks(trie, count);
  return trie;
}

/** The child on a byte; 0 when there is none. */
function childOf(trie: LiteralTrie, node: number, byte: number): number {
  if (node === 0) return trie.root[byte] ?? 0;
  let child = trie.firstChild[node] ?? 0;
  while (child !== 0 && trie.bytes[child] !== byte) child = trie.nextSibling[child] ?? 0;
  return child;
}

/** The node of the longest beginning of a literal that ends with `byte`, coming from `node`. */
export function nextNode(trie: LiteralTrie, node: number, byte: number): number {
  for (let from = node; ; from = trie.fallback[from] ?? 0) {
    const child = childOf(trie, from, byte);
    if (child !== 0 || from === 0) return child;
  }
}

/** The node of the longest text that this one's ends with and that can go on. */
export function openNode(trie: LiteralTrie, node: number): number {
  let open = node;
  while (open !== 0 && trie.firstChild[open] === 0) open = trie.fallback[open] ?? 0;
  return open;
}

function addChild(trie: LiteralTrie, node: number, byte: number, child: number): number {
  trie.bytes[child] = byte;
  trie.depth[child] = (trie.depth[node] ?? 0) + 1;
  trie.nextSibling[child] = trie.firstChild[node] ?? 0;
  trie.firstChild[node] = child;
  if (node === 0) trie.root[byte] = child;
  return child;
}

/** Shorter texts first, because a fallback is always shorter. */
function addFallbacks(trie: LiteralTrie, count: number): void {
  const queue = new Int32Array(count);
  let filled = 1;
  for (let taken = 0; taken < filled; taken++) {
    const node = queue[taken] ?? 0;
    let child = trie.firstChild[node] ?? 0;
    for (; child !== 0; child = trie.nextSibling[child] ?? 0) {
      queue[filled++] = child;
      if (node === 0) continue;
      const fallback = nextNode(trie, trie.fallback[node] ?? 0, trie.bytes[child] ?? 0);
      trie.fallback[child] = fallback;
      if (trie.found[child] === 0) trie.found[child] = trie.found[fallback] ?? 0;
    }
  }
}
