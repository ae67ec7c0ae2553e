import type { JsonObject } from '@millrace/core';
import type { ContainerProcess, ProcessExit } from '../contracts.ts';
import { count, isRecord } from '../store/json.ts';
import { isApiStatusError } from '../store/status.ts';
import { parseJson } from './body.ts';

/** Changes the size of a process's terminal as a client asks for it; what cannot be understood changes nothing. */
export function resize(process: ContainerProcess, data: Buffer): void {
  let size;
  try {
    size = parseJson(data);
  } catch {
    return;
  }
  if (!isRecord(size)) return;
  const [width, height] = [count(size, 'Width'), count(size, 'Height')];
  if (width !== undefined && height !== undefined) process.resize(width, height);
}

/**
 * The Status by which a client learns how its command ended.
 * @param command - told with v4, where the container runtime itself speaks to the client
 */
export function exitStatus({ exitCode }: ProcessExit, command?: readonly string[]): JsonObject {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  const what =
    command === undefined || command.length === 0
      ? `command terminated with exit code ${exitCode}`
      : `error executing command [${command.join(' ')}], exit code ${exitCode}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${what}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** The same for a command that did not get as far as ending. */
export function errorStatus(error: unknown): JsonObject {
  if (isApiStatusError(error)) return error.status;
  const message = error instanceof Error ? error.message : String(error);
  return {
    metadata: {},
    status: 'Failure',
    message,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}
