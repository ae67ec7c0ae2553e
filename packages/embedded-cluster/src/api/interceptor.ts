import type { RequestEntry, StatusDocument } from '../contracts.ts';

/** What becomes of a request. */
export type Interception =
  | { readonly action: 'serve' }
  /** Answers with this Status instead of doing anything. */
  | {
      readonly action: 'answer';
      readonly status: StatusDocument;
      readonly retryAfterSeconds?: number;
    }
  /** Drops the connection before anything is done. */
  | { readonly action: 'drop' }
  /** Does what is asked, then drops the connection instead of answering. */
  | { readonly action: 'lose-answer' };

/** A long-lived answer, as a fault sees it. */
export interface OpenStream {
  readonly kind: 'watch' | 'log' | 'exec' | 'attach' | 'portforward';
  readonly request: RequestEntry;
  /** `finish` ends it as a server that shuts down in order, `close` closes the socket, `reset` sends a TCP reset. */
  readonly cut: (how: 'finish' | 'close' | 'reset') => void;
  /** Keeps the connection open and says nothing more, like a lost route. */
  readonly stall: () => void;
}

/** The place where faults enter. A server without one serves every request. */
export interface RequestInterceptor {
  /** Called after counting and before authentication. May take its time, which delays the request. */
  readonly request?: (
    request: RequestEntry,
    signal: AbortSignal,
  ) => Promise<Interception> | Interception;
  /** Called once a stream is open; the returned function is called when it has ended. */
  readonly opened?: (stream: OpenStream) => (() => void) | undefined;
}
