import { joined, NOTHING } from './byte-writer.ts';
import { bytesOfText, bytesToText, type LogTransform } from './log-transform.ts';
import { stampLines } from './stamp-lines.ts';

/** A line that is not complete. */
export interface LineTimestampsState {
  /** The line so far with its header, in base64. */
  readonly held: string;
  /** Whether the next header is that of a line's continuation. */
  readonly continues: boolean;
}

/** A partial line longer than this, in bytes without its header, is not held. */
const HELD_LIMIT = 8192;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * GitLab Runner's timestamps (`FF_TIMESTAMPS`). Every line gets a header of 32 bytes: the time in UTC with microseconds,
 * the stream, and a blank, or `+` when it continues the line before. A partial line is held until the rest comes, unless
 * it has a carriage return, which people are to see at once, or is too long.
 * @param stream - two hexadecimal digits, and `O` or `E`
 * @param now - milliseconds since the epoch; a fraction is shown
 */
export function createLineTimestamps(
  stream: string,
  now: () => number,
  options: { readonly state?: LineTimestampsState | undefined } = {},
): LogTransform<LineTimestampsState> {
  let held = bytesOfText(options.state?.held);
  let continues = options.state?.continues ?? false;

  const header = (time: string, mark: '+' | ' '): Buffer => Buffer.from(`${time} ${stream}${mark}`);
  /** How the next line begins: with what is held of it, or else with its header. */
  const begin = (time: string): Uint8Array =>
    held.length === 0 ? header(time, continues ? '+' : ' ') : held;

  const wholeLines = (bytes: Uint8Array): Uint8Array => {
    const time = formatTime(now());
    const stamped = stampLines(bytes, begin(time), header(time, ' '));
    held = NOTHING;
    continues = false;
    return stamped;
  };
  const partialLine = (bytes: Uint8Array): Uint8Array => {
    const line = Buffer.concat([begin(formatTime(now())), bytes]);
    if (!bytes.includes(CARRIAGE_RETURN) && line.length - HEADER_LENGTH <= HELD_LIMIT) {
      held = line;
      return NOTHING;
    }
    held = NOTHING;
    continues = true;
    return Buffer.concat([line, Buffer.of(NEWLINE)]);
  };
  return {
    push: (chunk) => {
      const whole = chunk.lastIndexOf(NEWLINE) + 1;
      const lines = whole === 0 ? NOTHING : wholeLines(chunk.subarray(0, whole));
      return whole === chunk.length ? lines : joined(lines, partialLine(chunk.subarray(whole)));
    },
    end: () => {
      const last = held.length === 0 ? NOTHING : Buffer.concat([held, Buffer.of(NEWLINE)]);
      held = NOTHING;
      continues = false;
      return last;
    },
    idle: () => held.length === 0 && !continues,
    state: () => ({ held: bytesToText(held), continues }),
  };
}

const HEADER_LENGTH = 32;

/** `2026-01-01T00:00:00.000001Z`; what is less than a microsecond is cut. */
function formatTime(milliseconds: number): string {
  const micros = Math.floor(milliseconds * 1000);
  const time = new Date(Math.floor(micros / 1000)).toISOString();
  return time.replace('Z', `${String(micros % 1000).padStart(3, '0')}Z`);
}
