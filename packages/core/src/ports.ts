/** Structured log of the process itself (not of jobs). Bindings such as `job`, `pod` and `plugin` come from {@link Logger.child}. */
export interface Logger {
  readonly debug: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
  readonly child: (bindings: LogFields) => Logger;
}

/** Fields of one log line; values must be free of secrets. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Time. Production uses the system's; tests use a fake one, so nothing in a test ever sleeps. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it aborts first. */
  readonly sleep: (
    milliseconds: number,
    options?: { readonly signal?: AbortSignal },
  ) => Promise<void>;
  /** Calls back once after `milliseconds`, unless the returned function was called. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
}

/** Randomness for names; seeded, so that a plan can be made again. */
export interface Random {
  /** `length` characters of `[a-z0-9]`. */
  readonly name: (length: number) => string;
}

/** Counters and gauges; a plugin turns them into an exporter's. */
export interface Metrics {
  readonly count: (name: string, labels?: Readonly<Record<string, string>>, by?: number) => void;
  readonly observe: (
    name: string,
    value: number,
    labels?: Readonly<Record<string, string>>,
  ) => void;
}
