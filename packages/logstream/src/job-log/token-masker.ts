import type { LiteralFinder } from '../literals/literal-finder.ts';
import { asBuffer, createByteWriter, joined, NOTHING, type ByteWriter } from './byte-writer.ts';
import { bytesOfText, bytesToText, type LogTransform } from './log-transform.ts';
import { MASKED } from './secret-masker.ts';

/** Where a token masker stands. */
export interface TokenMaskerState {
  /** Outside of tokens, right behind a prefix, or in a token that was replaced. */
  readonly place: TokenPlace;
  /** The last bytes that may be the beginning of a prefix, in base64. */
  readonly begun: string;
}

type TokenPlace = 'text' | 'prefix' | 'token';

/** Characters of tokens: letters, digits and `-._=`. */
const isTokenByte: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  /[\w.=-]/.test(String.fromCharCode(byte)),
);

/**
 * Replaces tokens that are known by how they begin: the prefix stays, the characters of a token behind it become one
 * `[MASKED]`. A prefix that nothing follows is left alone. Nothing is held back.
 * @param prefixes - finds the prefixes
 */
export function createTokenMasker(
  prefixes: LiteralFinder,
  options: { readonly state?: TokenMaskerState | undefined } = {},
): LogTransform<TokenMaskerState> {
  const cursor = prefixes.cursor();
  let place: TokenPlace = options.state?.place ?? 'text';
  let begun = bytesOfText(options.state?.begun);
  /** Moves the cursor over bytes, whatever stands there. */
  const pass = (bytes: Uint8Array): void => {
    const next = cursor.read(asBuffer(bytes));
    for (let at = next(0); at !== -1;) at = next(at);
  };
  pass(begun);

  const remember = (chunk: Uint8Array): void => {
    const size = cursor.pending();
    if (size === 0) begun = NOTHING;
    else if (size <= chunk.length) begun = new Uint8Array(chunk.subarray(chunk.length - size));
    else begun = joined(begun, chunk).slice(-size);
  };
  return {
    push: (chunk) => {
      const data = asBuffer(chunk);
      const next = cursor.read(data);
      let writer: ByteWriter | undefined;
      let kept = 0;
      let at = 0;
      while (at < data.length) {
        if (place === 'text') {
          const end = next(at);
          if (end === -1) break;
          place = 'prefix';
          at = end;
          continue;
        }
        const end = tokenEnd(data, at);
        if (end > at) {
          writer ??= createByteWriter(data.length + REPLACEMENT.length);
          writer.add(data, kept, at);
          if (place === 'prefix') writer.add(REPLACEMENT, 0, REPLACEMENT.length);
          kept = end;
          place = 'token';
          // A prefix may begin inside a token and go on behind it.
          pass(data.subarray(at, end));
          at = end;
        }
        if (end < data.length) place = 'text';
      }
      remember(data);
      if (writer === undefined) return chunk;
      writer.add(data, kept, data.length);
      return writer.take();
    },
    end: () => {
      cursor.reset();
      place = 'text';
      begun = NOTHING;
      return NOTHING;
    },
    idle: () => place === 'text' && begun.length === 0,
    state: () => ({ place, begun: bytesToText(begun) }),
  };
}

const REPLACEMENT = Buffer.from(MASKED);

function tokenEnd(data: Uint8Array, from: number): number {
  let at = from;
  while (at < data.length && isTokenByte[data[at] ?? 0] === true) at++;
  return at;
}
