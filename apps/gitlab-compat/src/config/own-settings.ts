import { lookupKey, suggestionHint, type TomlDocument } from '@millrace/config';
import { RunnerError, type JsonValue } from '@millrace/core';
import { object } from './read-json.ts';

/** What `[millrace]` says to the process itself. */
export interface OwnSettings {
  /** Where records and logs of jobs are kept. */
  readonly stateDirectory: string | undefined;
  /** `detach` leaves running jobs to the next process. */
  readonly onTerminate: 'abort' | 'detach';
}

const known = ['plugins', 'state_dir', 'on_terminate'];

/**
 * Reads the table. It is ours, so what is wrong in it is an error.
 * @throws RunnerError `MILLRACE_E_CONFIG` that names the key
 */
export function ownSettings(document: TomlDocument): OwnSettings {
  const name = lookupKey(document.value, 'millrace') ?? 'millrace';
  const table = object(document.value[name]);
  const wrong = (key: string, message: string, hint?: string): RunnerError => {
    const position = document.positionOf([name, key]);
    return new RunnerError(`${name}.${key}: ${message}`, {
      code: 'MILLRACE_E_CONFIG',
      kind: 'config',
      ...(hint === undefined ? {} : { hint }),
      ...(position === undefined ? {} : { position }),
    });
  };
  const unknown = Object.keys(table).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw wrong(unknown, 'unknown key', suggestionHint(unknown, known).hint);
  const stateDirectory: JsonValue | undefined = table['state_dir'];
  if (stateDirectory !== undefined && typeof stateDirectory !== 'string')
    throw wrong('state_dir', 'must be a path');
  const onTerminate = table['on_terminate'] ?? 'abort';
  if (onTerminate !== 'abort' && onTerminate !== 'detach')
    throw wrong('on_terminate', 'must be "abort" or "detach"');
  return { stateDirectory: stateDirectory === '' ? undefined : stateDirectory, onTerminate };
}
