import type { JsonValue, RunnerError } from '@millrace/core';

/** What came of a call, with all its tries, in words that may be logged. */
export interface Reply {
  /** HTTP status; -1 when there was no answer, or none that can be read. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The status in words for logs, with the message of the server; free of the call's tokens. */
  readonly text: string;
  /** Why the status is -1. */
  readonly error: RunnerError | undefined;
  /** Names the call in the logs of both sides. */
  readonly correlationId: string;
  /** Whether any try was answered with a status that asks for another (adaptive request concurrency looks at it). */
  readonly retried: boolean;
}

/** A reply for the pure tables in `answers/`, which say what it means and leave out its body, for it may hold tokens. */
export interface DecodedReply extends Reply {
  /** The decoded body, where the call expects JSON and the status is the expected one. */
  readonly body: JsonValue | undefined;
}

/** What may be shown of a reply. */
export function withoutBody({ body: _body, ...reply }: DecodedReply): Reply {
  return reply;
}

/** The pseudo-status of a call without an answer that can be read. */
export const noAnswer = -1;
