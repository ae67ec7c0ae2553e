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

/** The Status by which a client learns how its command ended. */
export function exitStatus(exit: ProcessExit): JsonObject {
  if (exit.exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${exit.exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exit.exitCode) }] },
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
