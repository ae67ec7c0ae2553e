import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunnerError } from '@millrace/core';
import { parseDotenv } from './dotenv.ts';

/**
 * Sets what `.env` of a folder says and the environment does not. The environment itself is changed, as by the Woodpecker
 * agent, because more than our settings is read from it: certificates, proxies, programs that get credentials.
 * @throws RunnerError `MILLRACE_E_CONFIG_UNREADABLE` with the line, when there is a file and it cannot be read
 */
export async function loadDotenv(
  environment: Record<string, string | undefined>,
  folder: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const file = join(folder, '.env');
  const text = await textOf(file, signal);
  const read = parseDotenv(text, environment);
  if ('fault' in read)
    throw unreadable(
      `${file}:${read.line}`,
      read.fault,
      'write NAME=value, remarks after #, and what has quotes inside in the other quotes',
    );
  for (const [key, value] of Object.entries(read.values)) environment[key] ??= value;
}

async function textOf(file: string, signal: AbortSignal): Promise<string> {
  try {
    return await readFile(file, { encoding: 'utf8', signal });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    const message = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(
      file,
      message,
      'let this user read it, or start in a folder without it',
      cause,
    );
  }
}

const unreadable = (place: string, message: string, hint: string, cause?: unknown): RunnerError =>
  new RunnerError(`the environment ${place} cannot be read: ${message}`, {
    code: 'MILLRACE_E_CONFIG_UNREADABLE',
    kind: 'config',
    hint,
    cause,
  });
