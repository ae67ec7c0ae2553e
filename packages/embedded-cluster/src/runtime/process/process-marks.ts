import { readdirSync, readFileSync } from 'node:fs';
import { sendSignal } from './pid-namespace.ts';

/** Variable by which processes of a container without namespaces are found again, whatever group they moved to. */
export const markVariable = 'MILLRACE_CONTAINER';

/** Kills every process that carries the mark of a container, until there is none: one may start another meanwhile. */
export function killMarked(id: string): void {
  const mark = `${markVariable}=${id}`;
  for (let round = 0; round < 10; round += 1) {
    const marked = readdirSync('/proc').filter(
      (name) => /^\d+$/u.test(name) && carries(name, mark),
    );
    if (marked.length === 0) return;
    for (const pid of marked) sendSignal(Number(pid), 'SIGKILL');
  }
}

function carries(pid: string, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
  } catch {
    return false;
  }
}
