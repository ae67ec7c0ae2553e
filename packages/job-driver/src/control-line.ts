/** What the session says on its standard error. */
export type ControlLine =
  /** The session is open; log bytes follow from `offset` on. */
  | { readonly kind: 'hello'; readonly epoch: number; readonly offset: number }
  /** Another session with epoch `newest` rules. */
  | { readonly kind: 'refused'; readonly newest: number }
  /** The drivers ended themselves after idling. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'ack'; readonly id: string }
  /** `id` is a request's, or `session` when the session cannot go on. */
  | { readonly kind: 'fail'; readonly id: string; readonly message: string }
  | { readonly kind: 'started'; readonly nonce: string; readonly startedAt: number }
  | { readonly kind: 'exit'; readonly nonce: string; readonly exit: ExitRecord }
  /** The driver was restarted while the stage ran: nobody can say how it ended. */
  | { readonly kind: 'lost'; readonly nonce: string }
  /** The driver did not start the stage: `taken` by another nonce, or `stopped` before it began. */
  | { readonly kind: 'not-started'; readonly nonce: string; readonly reason: string }
  | { readonly kind: 'progress'; readonly id: string; readonly bytes: number }
  /** After log byte `at` standard output is silent until the blob is fetched. */
  | {
      readonly kind: 'packed';
      readonly id: string;
      readonly at: number;
      readonly size: number;
      /** Indexes of patterns without a match. */
      readonly unmatched: readonly number[];
    }
  | { readonly kind: 'beat' };

/** How a stage ended, as its driver wrote it down. */
export interface ExitRecord {
  /** 128 + n after signal n. */
  readonly exitCode: number;
  /** Size of the log file when the stage had ended. */
  readonly logEnd: number;
  /** Seconds since the epoch by the container's clock; 0 where the image has no `date`. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

const version = '1';

/** Reads one line; undefined for anything that is not ours, such as a message of the shell itself. */
export function parseControlLine(line: string): ControlLine | undefined {
  const [tag, kind = '', ...fields] = line.split(' ');
  return tag === 'mr1' ? parsers[kind]?.(fields) : undefined;
}

type Parser = (fields: readonly string[]) => ControlLine | undefined;

const parsers: Readonly<Record<string, Parser | undefined>> = {
  hello: ([spoken, epoch, offset]) =>
    spoken === version
      ? { kind: 'hello', epoch: Number(epoch), offset: Number(offset) }
      : {
          kind: 'fail',
          id: 'session',
          message: `the driver in the pod speaks protocol ${spoken ?? '?'}, this runner ${version}`,
        },
  refused: ([newest]) => ({ kind: 'refused', newest: Number(newest) }),
  closed: () => ({ kind: 'closed' }),
  ack: ([id = '']) => ({ kind: 'ack', id }),
  fail: ([id = '', ...message]) => ({ kind: 'fail', id, message: message.join(' ') }),
  record: ([nonce = '', ...record]) => parseRecord(nonce, record),
  progress: ([id = '', bytes]) => ({ kind: 'progress', id, bytes: Number(bytes) }),
  packed: ([id = '', at, size, unmatched]) => ({
    kind: 'packed',
    id,
    at: Number(at),
    size: Number(size),
    unmatched: (unmatched ?? '').split(',').filter(Boolean).map(Number),
  }),
  beat: () => ({ kind: 'beat' }),
};

function parseRecord(nonce: string, [word, ...rest]: readonly string[]): ControlLine | undefined {
  if (word === 'started') return { kind: 'started', nonce, startedAt: Number(rest[0]) };
  if (word === 'lost') return { kind: 'lost', nonce };
  if (word === 'refused') return { kind: 'not-started', nonce, reason: rest[0] ?? '' };
  const [exitCode, logEnd, startedAt, finishedAt] = rest.map(Number);
  if (word !== 'exit' || exitCode === undefined || logEnd === undefined) return undefined;
  if (!Number.isInteger(exitCode) || !Number.isInteger(logEnd)) return undefined;
  return {
    kind: 'exit',
    nonce,
    exit: { exitCode, logEnd, startedAt: startedAt ?? 0, finishedAt: finishedAt ?? 0 },
  };
}
