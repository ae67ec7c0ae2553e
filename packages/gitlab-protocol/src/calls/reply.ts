import type { JsonValue, RunnerError } from '@millrace/core';

/** What came of a call, with all its tries; the pure tables in `answers/` say what it means. */
export interface Reply {
  /** HTTP status; -1 when there was no answer, or none that can be read. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded body, where the call expects JSON and the status is the expected one. */
  readonly body: JsonValue | undefined;
  /** The status in words for logs, with the message of the server; free of the call's tokens. */
  readonly text: string;
  /** Why the status is -1. */
  readonly error: RunnerError | undefined;
  /** Names the call in the logs of both sides. */
  readonly correlationId: string;
  /** Whether any try was answered with a status that asks for another (adaptive request concurrency looks at it). */
  readonly retried: boolean;
}

/** The pseudo-status of a call without an answer that can be read. */
export const noAnswer = -1;
