import type { LiteralFinder } from '../literals/literal-finder.ts';
import { joined, NOTHING } from './byte-writer.ts';
import type { SizeLimit } from './size-limit.ts';
import { createStreamChain, type StreamChainState, type StreamRules } from './stream-chain.ts';

/**
 * A place in a stream and the same place in the job log: what is to be seen of the stream's first `raw` bytes is in the
 * log's first `log` bytes. A full log is to be seen no further.
 */
export interface LogPosition {
  /** Bytes of the stream. */
  readonly raw: number;
  /** Bytes of the job log, those of other streams among them. */
  readonly log: number;
}

/** Where a stream of a job log stands. */
export interface LogStreamState {
  /** Two hexadecimal digits, and `O` or `E`. */
  readonly id: string;
  /** Bytes taken. */
  readonly taken: number;
  /** The last place at which nothing was held back or remembered. */
  readonly final: LogPosition;
  /** What is held back and remembered, by step; empty when nothing is. */
  readonly chain: StreamChainState;
}

/** A stream on its way into a job log. */
export interface LogStream {
  /** The next bytes of the log, as far as they fit. */
  readonly write: (bytes: Uint8Array, size: SizeLimit) => Uint8Array;
  readonly end: (size: SizeLimit) => Uint8Array;
  readonly taken: () => number;
  /** The last place at which nothing was held back or remembered. */
  readonly final: () => LogPosition;
  readonly useSecrets: (finder: LiteralFinder) => void;
  readonly state: () => LogStreamState;
}

const NEWLINE = 0x0a;

/** Counts what a stream takes and what has become of it. */
export function createLogStream(id: string, rules: StreamRules, from?: LogStreamState): LogStream {
  const chain = createStreamChain(id, rules, from?.chain);
  let taken = from?.taken ?? 0;
  let final = from?.final ?? { raw: 0, log: 0 };

  const settle = (size: SizeLimit): void => {
    if (chain.idle()) final = { raw: taken, log: size.written() };
  };
  const pass = (bytes: Uint8Array, size: SizeLimit): Uint8Array => {
    taken += bytes.length;
    const given = size.full() ? NOTHING : size.push(chain.push(bytes));
    settle(size);
    return given;
  };
  return {
    write: (bytes, size) => {
      // Where a line ends is usually nothing held; the beginning of the next one usually is.
      const whole = rules.timestamps === undefined ? 0 : bytes.lastIndexOf(NEWLINE) + 1;
      if (whole === 0 || whole === bytes.length) return pass(bytes, size);
      return joined(pass(bytes.subarray(0, whole), size), pass(bytes.subarray(whole), size));
    },
    end: (size) => {
      const given = size.push(chain.end());
      settle(size);
      return given;
    },
    taken: () => taken,
    final: () => final,
    useSecrets: chain.useSecrets,
    state: () => ({ id, taken, final, chain: chain.state() }),
  };
}
