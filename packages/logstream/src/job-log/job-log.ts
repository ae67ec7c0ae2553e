import { createLiteralFinder, type LiteralFinder } from '../literals/literal-finder.ts';
import { joined, NOTHING } from './byte-writer.ts';
import {
  createLogStream,
  type LogPosition,
  type LogStream,
  type LogStreamState,
} from './log-stream.ts';
import { parameterNames } from './parameter-masker.ts';
import { secretValues } from './secret-values.ts';
import { createSizeLimit, type LogLimit } from './size-limit.ts';

/** What happens to the bytes of a job log. What is left out does not happen. */
export interface JobLogOptions {
  /** Values to replace by `[MASKED]`, in the order they are known. */
  readonly secrets?: readonly string[];
  /** Parameters of addresses whose values are replaced; names in lower case. */
  readonly parameters?: readonly string[];
  /** How tokens begin of which the rest is replaced. */
  readonly tokenPrefixes?: readonly string[];
  /** Whether bytes that are not UTF-8 become U+FFFD. A limit counts on it. */
  readonly repairCharacters?: boolean;
  /** Puts the time and the stream in front of every line; `now` is in milliseconds since the epoch. */
  readonly timestamps?: { readonly now: () => number } | undefined;
  /** How much of the log is kept, of all streams together. */
  readonly limit?: LogLimit | undefined;
  /** Where another log with the same options stopped. */
  readonly state?: JobLogState | undefined;
}

/**
 * Where a job log stands, as plain JSON: a few hundred bytes, and what is held back (at most the longest secret and a
 * line of 8 KiB for each stream). It can contain the beginning of a secret: keep it as you keep the secrets. Those are not
 * part of it and have to be given again, with those that were added.
 */
export interface JobLogState {
  /** In the order in which they began. */
  readonly streams: readonly LogStreamState[];
  /** Bytes given so far. */
  readonly written: number;
  /** Whether the limit was reached. */
  readonly full: boolean;
}

/** Makes the job log out of the bytes of several streams. */
export interface JobLog {
  /**
   * Takes bytes of a stream.
   * @param stream - two hexadecimal digits, and `O` or `E`
   * @returns the next bytes of the log; they may share memory with those that were taken
   */
  readonly write: (stream: string, bytes: Uint8Array) => Uint8Array;
  /** Gives what is held of all streams, in the order in which they began. What is written afterwards begins anew. */
  readonly endStreams: () => Uint8Array;
  /** More values to replace from now on, also in what is held back. */
  readonly addSecrets: (values: readonly string[]) => void;
  /** How far a stream has come; {@link LogPosition.raw} of `taken` is where to read on with {@link JobLog.state}. */
  readonly position: (stream: string) => {
    /** All bytes taken, and the bytes of the log given so far. */
    readonly taken: LogPosition;
    /** The last place at which nothing of the stream was held back or remembered. */
    readonly final: LogPosition;
  };
  /** Where it stands now; what was given so far belongs to it. */
  readonly state: () => JobLogState;
}

/**
 * Makes a job log: for each stream secrets, parameters of addresses and tokens are replaced, then characters repaired and
 * lines stamped; the streams' bytes together are limited. Where the streams are cut into chunks makes no difference,
 * except that a line with a carriage return and a line longer than 8 KiB are shown in the parts in which they arrive.
 *
 * A log that is made from the state of another goes on where that one stopped: read on at `position(stream).taken.raw`,
 * keep `state().written` bytes of the log, and nothing is lost or repeated.
 */
export function createJobLog(options: JobLogOptions): JobLog {
  const { parameters = [], state } = options;
  const values = new Set(secretValues(options.secrets ?? []));
  const size = createSizeLimit(options.limit, state);
  const rules = {
    parameters: parameters.length === 0 ? undefined : parameterNames(parameters),
    tokenPrefixes: finderOf(options.tokenPrefixes ?? []),
    repairCharacters: options.repairCharacters ?? false,
    timestamps: options.timestamps,
  };
  let secrets = finderOf([...values]);
  const newStream = (id: string, from?: LogStreamState): LogStream =>
    createLogStream(id, { ...rules, secrets }, from);
  const streams = new Map(state?.streams.map((from) => [from.id, newStream(from.id, from)]));

  const streamOf = (id: string): LogStream => {
    const known = streams.get(id);
    if (known !== undefined) return known;
    const stream = newStream(id);
    streams.set(id, stream);
    return stream;
  };
  return {
    write: (id, bytes) => {
      const open = !size.full();
      const given = streamOf(id).write(bytes, size);
      // A full log stays as it is: nothing that is held can become part of it any more.
      if (open && size.full()) for (const stream of streams.values()) stream.end(size);
      return given;
    },
    endStreams: () =>
      streams.values().reduce((bytes, stream) => joined(bytes, stream.end(size)), NOTHING),
    addSecrets: (more) => {
      const before = values.size;
      for (const value of secretValues(more)) values.add(value);
      if (values.size === before) return;
      secrets = finderOf([...values]);
      for (const stream of streams.values()) stream.useSecrets(secrets);
    },
    position: (id) => {
      const stream = streams.get(id);
      const start = { raw: 0, log: 0 };
      return {
        taken: { raw: stream?.taken() ?? 0, log: size.written() },
        final: stream?.final() ?? start,
      };
    },
    state: () => ({
      streams: Array.from(streams.values(), (stream) => stream.state()),
      written: size.written(),
      full: size.full(),
    }),
  };
}

function finderOf(values: readonly string[]): LiteralFinder {
  return createLiteralFinder(values.map((value) => Buffer.from(value)));
}
