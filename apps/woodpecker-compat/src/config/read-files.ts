import { readFile } from 'node:fs/promises';
import { RunnerError, type JsonObject } from '@millrace/core';

/** Reads a file of JSON with an object in it. */
export async function readJsonObject(
  file: string,
  what: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<JsonObject> {
  return objectIn(await readText(file, what, signal), file, what);
}

/**
 * Reads an environment: a JSON object, or lines `KEY=value`, with `#` before remarks. Values are taken as they stand.
 * @throws RunnerError `MILLRACE_E_CONFIG_UNREADABLE` that names the line
 */
export async function readEnvironmentFile(
  file: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<Readonly<Record<string, string>>> {
  const text = await readText(file, 'environment', signal);
  if (text.trimStart().startsWith('{'))
    return Object.fromEntries(
      Object.entries(objectIn(text, file, 'environment')).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value ?? ''),
      ]),
    );
  const lines = text.split(/\r?\n/).map((line, index) => ({ line, number: index + 1 }));
  return Object.fromEntries(
    lines
      .filter(({ line }) => line.trim() !== '' && !line.trimStart().startsWith('#'))
      .map(({ line, number }) => {
        const at = line.indexOf('=');
        if (at <= 0)
          throw unreadable(
            `${file}:${number}`,
            'environment',
            'it is no KEY=value',
            'correct the line',
          );
        return [line.slice(0, at).trim(), line.slice(at + 1)];
      }),
  );
}

async function readText(file: string, what: string, signal: AbortSignal): Promise<string> {
  try {
    return await readFile(file, { encoding: 'utf8', signal });
  } catch (cause) {
    throw unreadable(file, what, messageOf(cause), 'give an existing file', cause);
  }
}

function objectIn(text: string, file: string, what: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as JsonObject;
  } catch (cause) {
    throw unreadable(file, what, messageOf(cause), 'it takes a JSON object', cause);
  }
  throw unreadable(file, what, 'it is not a JSON object', 'it takes a JSON object');
}

const messageOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause);

const unreadable = (
  place: string,
  what: string,
  message: string,
  hint: string,
  cause?: unknown,
): RunnerError =>
  new RunnerError(`the ${what} ${place} cannot be read: ${message}`, {
    code: 'MILLRACE_E_CONFIG_UNREADABLE',
    kind: 'config',
    hint,
    cause,
  });
