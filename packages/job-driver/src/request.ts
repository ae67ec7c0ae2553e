import { RunnerError } from '@millrace/core';

const encoder = new TextEncoder();

/** One request to the session, as bytes: a verb and its fields, a line each, then raw bytes where a size was given. */
export type Request = Uint8Array;

/** Asks for a stage to be started; the driver starts a (stage, attempt) once, whatever it is sent. */
export function runRequest(run: {
  readonly nonce: string;
  readonly role: string;
  readonly attempt: number;
  readonly stage: string;
  readonly script: Uint8Array;
}): Request {
  const head = lines('run', run.nonce, run.role, run.attempt, run.script.length, run.stage);
  return concatenate(head, run.script);
}

/** Asks for a stage to be ended: TERM, and KILL `graceSeconds` later. */
export const stopRequest = (nonce: string, role: string, graceSeconds: number): Request =>
  lines('stop', nonce, role, graceSeconds);

/** Asks for all records, then an acknowledgement. */
export const syncRequest = (id: string): Request => lines('sync', id);

/** Begins an upload; {@link chunkFrame}s follow, the last one empty. */
export const unpackRequest = (id: string, directory: string): Request =>
  lines('unpack', id, directory);

/** A piece of an upload. */
export const chunkFrame = (bytes: Uint8Array): Request => concatenate(lines(bytes.length), bytes);

/** Asks for a tar of what the patterns match below `directory`. */
export const packRequest = (id: string, directory: string, patterns: readonly string[]): Request =>
  lines('pack', id, directory, patterns.length, ...patterns);

/** Asks for a blob from one of its bytes on. */
export const fetchRequest = (id: string, offset: number): Request => lines('fetch', id, offset);

/** Lets the session forget a blob. */
export const dropRequest = (id: string): Request => lines('drop', id);

/** Ends the session. */
export const byeRequest: Request = encoder.encode('bye\n');

function lines(...fields: readonly (string | number)[]): Request {
  for (const field of fields) {
    if (/[\n\0]/u.test(String(field)))
      throw new RunnerError(
        `${JSON.stringify(field)} cannot be sent to the pod: a line break or NUL in a name`,
        { code: 'MILLRACE_E_NAME_INVALID', kind: 'user', hint: 'Rename it.' },
      );
  }
  return encoder.encode(`${fields.join('\n')}\n`);
}

function concatenate(head: Uint8Array, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return whole;
}
