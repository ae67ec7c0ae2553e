import { readFileSync, readlinkSync } from 'node:fs';

/** Children of a process, oldest first; none when it is gone. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  } catch {
    return [];
  }
}

const namespaceOf = (pid: number | 'self'): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
};

/**
 * The first process under `pid` that lives in another pid namespace: the command itself, below whatever util-linux
 * programs brought it there. Those would not pass a signal on.
 */
export function innerProcess(pid: number): number | undefined {
  const own = namespaceOf('self');
  for (const child of childrenOf(pid)) {
    const namespace = namespaceOf(child);
    if (namespace === undefined) continue;
    const found = namespace === own ? innerProcess(child) : child;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Sends a signal; a process or group (negative) that is gone has got what it needed. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
