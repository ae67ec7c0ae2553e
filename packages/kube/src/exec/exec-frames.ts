import type { ExecStatus } from '@millrace/core';

/** First byte of every binary message of `v4.channel.k8s.io` and `v5.channel.k8s.io` (apimachinery `remotecommand`). */
export const channel = {
  stdin: 0,
  stdout: 1,
  stderr: 2,
  status: 3,
  /** v5 only: the next byte names the channel that is closed. */
  close: 255,
} as const;

/** Offered in this order; older ones send the status as plain text, from which no exit code can be read. */
export const subprotocols: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** Whether standard input can be ended while the rest goes on. On v4 the only end is that of the connection. */
export function canHalfClose(subprotocol: string): boolean {
  return subprotocol === 'v5.channel.k8s.io';
}

/** One message to the server. */
export function inputFrame(data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(data.length + 1);
  frame[0] = channel.stdin;
  frame.set(data, 1);
  return frame;
}

/** The message that ends standard input. */
export const endOfInput: Uint8Array = Uint8Array.of(channel.close, channel.stdin);

type StatusFrame = {
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly causes?: readonly { readonly reason?: string; readonly message?: string }[];
  };
} | null;

/** Exit code of a command that the server could not run, or whose code it does not know. */
const noExitCode = -1;

/** Reads the status frame. Undefined when it is not one, or not all of one. */
export function parseExecStatus(text: string): ExecStatus | undefined {
  let frame: StatusFrame;
  try {
    frame = JSON.parse(text) as StatusFrame;
  } catch {
    return undefined;
  }
  if (frame?.status === 'Success') return { exitCode: 0, message: '' };
  if (frame?.status !== 'Failure') return undefined;
  const cause = frame.details?.causes?.find((one) => one.reason === 'ExitCode')?.message;
  const code = /^\d+$/.test(cause ?? '') ? Number(cause) : noExitCode;
  if (frame.reason === 'NonZeroExitCode' && code > 0) return { exitCode: code, message: '' };
  return { exitCode: noExitCode, message: frame.message ?? frame.reason ?? 'no reason given' };
}
