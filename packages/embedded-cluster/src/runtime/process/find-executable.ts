import { statSync } from 'node:fs';
import { startError } from '../runtime-error.ts';
import { resolvePath } from './resolve-path.ts';
import type { RootView } from './root-view.ts';

/**
 * Looks for the command where the container would, so that a missing one is a start that failed and not a container
 * that ended with 127.
 * @throws RunnerError with reason `RunContainerError`
 */
export function needExecutable(
  view: RootView,
  command: string,
  path: string,
  workingDirectory: string,
): void {
  const candidates = command.includes('/')
    ? [command.startsWith('/') ? command : `${workingDirectory}/${command}`]
    : path.split(':').map((folder) => `${folder === '' ? workingDirectory : folder}/${command}`);
  if (candidates.some((candidate) => mayExist(view, candidate))) return;
  const why = command.includes('/')
    ? `stat ${command}: no such file or directory`
    : 'executable file not found in $PATH';
  throw startError(
    'RunContainerError',
    `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${command}": ${why}`,
  );
}

function mayExist(view: RootView, candidate: string): boolean {
  const place = view.source(resolvePath(candidate, view.readLink));
  if (place === undefined) return candidate.startsWith('/proc/') || candidate.startsWith('/dev/');
  try {
    return statSync(place, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return true;
  }
}
