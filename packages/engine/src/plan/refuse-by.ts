import { isRunnerError } from '@millrace/core';
import { ENGINE } from './engine-contributions.ts';
import type { Notes } from './notes.ts';

/** Makes a refusal of what a plugin threw; anything but a `RunnerError` is thrown again. */
export function refuseBy(notes: Notes, thrown: unknown): void {
  if (!isRunnerError(thrown)) throw thrown;
  const { code, reason, blame, hint, position } = thrown;
  notes.refuse(blame ?? ENGINE, {
    code,
    text: hint === undefined ? thrown.message : `${thrown.message} (${hint})`,
    reason,
    ...(position === undefined ? {} : { source: { plugin: blame ?? ENGINE, position } }),
  });
}
