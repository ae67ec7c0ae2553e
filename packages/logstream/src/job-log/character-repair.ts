import { isUtf8 } from 'node:buffer';
import { asBuffer, createByteWriter, joined, NOTHING } from './byte-writer.ts';
import { bytesOfText, bytesToText, type LogTransform } from './log-transform.ts';

/** Bytes of a character that is not complete yet, in base64. */
export interface CharacterRepairState {
  readonly held: string;
}

/** U+FFFD. */
const REPLACEMENT = Buffer.from('\uFFFD');

/**
 * Makes the stream valid UTF-8: every byte that is not part of a character becomes U+FFFD, one for each byte as in Go's
 * `utf8.DecodeRune`, not one for each broken sequence as in browsers. Characters that are cut by chunks are held back.
 */
export function createCharacterRepair(
  options: { readonly state?: CharacterRepairState | undefined } = {},
): LogTransform<CharacterRepairState> {
  let held = bytesOfText(options.state?.held);
  return {
    push: (chunk) => {
      const data = joined(held, chunk);
      const complete = completeLength(data);
      held = complete === data.length ? NOTHING : new Uint8Array(data.subarray(complete));
      const whole = data.subarray(0, complete);
      return isUtf8(whole) ? whole : repaired(whole);
    },
    end: () => {
      const rest = repaired(held);
      held = NOTHING;
      return rest;
    },
    idle: () => held.length === 0,
    state: () => ({ held: bytesToText(held) }),
  };
}

/** The length without the beginning of a character at the end that may still be completed. */
function completeLength(data: Uint8Array): number {
  for (let at = data.length - 1; at >= 0 && at > data.length - 4; at--) {
    const byte = data[at] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return characterLength(data, at) === undefined ? at : data.length;
  }
  return data.length;
}

/**
 * Length of the character that begins at a position; 0 when none does, undefined when the data ends inside of it
 * (Unicode 16, table 3-7: no surrogates, no longer forms than needed).
 */
function characterLength(data: Uint8Array, at: number): number | undefined {
  const first = data[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let offset = 1; offset < length; offset++) {
    if (at + offset >= data.length) return undefined;
    const byte = data[at + offset] ?? 0;
    const [least, most] = offset === 1 ? secondByte(first) : [0x80, 0xbf];
    if (byte < least || byte > most) return 0;
  }
  return length;
}

function secondByte(first: number): readonly [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf];
  if (first === 0xed) return [0x80, 0x9f];
  if (first === 0xf0) return [0x90, 0xbf];
  return first === 0xf4 ? [0x80, 0x8f] : [0x80, 0xbf];
}

function repaired(bytes: Uint8Array): Uint8Array {
  const data = asBuffer(bytes);
  const writer = createByteWriter(data.length + 2 * REPLACEMENT.length);
  let kept = 0;
  for (let at = 0; at < data.length;) {
    const length = characterLength(data, at) ?? 0;
    if (length === 0) {
      writer.add(data, kept, at);
      writer.add(REPLACEMENT, 0, REPLACEMENT.length);
      kept = at + 1;
    }
    at += Math.max(1, length);
  }
  writer.add(data, kept, data.length);
  return writer.take();
}
