import { nextOccurrence } from '../literals/next-occurrence.ts';
import { asBuffer, createByteWriter, NOTHING, type ByteWriter } from './byte-writer.ts';
import type { LogTransform } from './log-transform.ts';
import { MASKED } from './secret-masker.ts';

/** Where a parameter masker stands: in a name, of which this much was read, or in a value that was replaced. */
export type ParameterMaskerState = { readonly name: string } | { readonly value: true };

const EQUALS = 0x3d;
const QUESTION = 0x3f;
const AMPERSAND = 0x26;

/** Names of parameters, prepared for all streams of a log. */
export interface ParameterNames {
  readonly whole: ReadonlySet<string>;
  /** Everything that a name may begin with, up to the whole name. */
  readonly beginnings: ReadonlySet<string>;
}

/** @param names - in lower case; case makes no difference in a stream */
export function parameterNames(names: readonly string[]): ParameterNames {
  return {
    whole: new Set(names),
    beginnings: new Set(
      names.flatMap((name) => Array.from(name, (_, at) => name.slice(0, at + 1))),
    ),
  };
}

/**
 * Replaces the values of parameters in addresses: what follows `?name=` or `&name=` up to the next `?`, `&`, white space
 * or control character. The replacement is written when the value begins, so nothing is held back. Bytes beyond ASCII
 * are part of a value.
 */
export function createParameterMasker(
  names: ParameterNames,
  options: { readonly state?: ParameterMaskerState | undefined } = {},
): LogTransform<ParameterMaskerState> {
  const { state: given } = options;
  /** The part of a name that was read; undefined outside of names. */
  let name = given !== undefined && 'name' in given ? given.name : undefined;
  let inValue = given !== undefined && 'value' in given;

  /** Takes a byte of a name, or the one that ends it; says whether a value to replace begins behind it. */
  const readName = (byte: number): boolean => {
    const read = name ?? '';
    if (isMark(byte)) name = '';
    else {
      const longer = read + String.fromCharCode(byte).toLowerCase();
      name = names.beginnings.has(longer) ? longer : undefined;
    }
    return byte === EQUALS && names.whole.has(read);
  };
  return {
    push: (chunk) => {
      const data = asBuffer(chunk);
      const nextQuestion = nextOccurrence(data, QUESTION);
      const nextAmpersand = nextOccurrence(data, AMPERSAND);
      let writer: ByteWriter | undefined;
      let kept = 0;
      let at = 0;
      while (at < data.length) {
        if (inValue) {
          writer ??= createByteWriter(data.length);
          writer.add(data, kept, at);
          at = valueEnd(data, at);
          kept = at;
          inValue = at === data.length;
        } else if (name === undefined) {
          at = Math.min(nextQuestion(at), nextAmpersand(at));
          name = at < data.length ? '' : undefined;
          at++;
        } else {
          inValue = readName(data[at] ?? 0);
          at++;
          if (inValue) {
            writer ??= createByteWriter(data.length);
            writer.add(data, kept, at);
            writer.add(REPLACEMENT, 0, REPLACEMENT.length);
            kept = at;
          }
        }
      }
      if (writer === undefined) return chunk;
      writer.add(data, kept, data.length);
      return writer.take();
    },
    end: () => {
      name = undefined;
      inValue = false;
      return NOTHING;
    },
    idle: () => name === undefined && !inValue,
    state: () => (inValue ? { value: true } : { name: name ?? '' }),
  };
}

const REPLACEMENT = Buffer.from(MASKED);

const isMark = (byte: number): boolean => byte === QUESTION || byte === AMPERSAND;

function valueEnd(data: Uint8Array, from: number): number {
  let at = from;
  for (; at < data.length; at++) {
    const byte = data[at] ?? 0;
    if (byte <= 0x20 || byte === 0x7f || isMark(byte)) break;
  }
  return at;
}
