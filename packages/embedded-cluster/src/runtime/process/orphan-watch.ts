import { spawn } from 'node:child_process';
import { markVariable } from './process-marks.ts';
import { needTool, toolPath, type HostTools } from './host-tools.ts';

/**
 * A small process that outlives this one by a moment: when this one dies, whatever way, it kills the processes that
 * carry a mark beginning with `marks`. The kernel's own parent-death signal reaches only direct children.
 * @returns ends the watch
 */
export function watchOrphans(tools: HostTools, marks: string): () => void {
  const script = [
    'read _',
    'for round in 1 2 3; do for f in /proc/[0-9]*/environ; do',
    `if grep -qs ${markVariable}=${marks} $f; then p=\${f#/proc/}; kill -9 \${p%/environ}; fi`,
    'done; done 2>/dev/null',
  ].join('\n');
  const child = spawn(needTool(tools, 'sh'), ['-c', script], {
    env: { PATH: toolPath },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  child.on('error', () => undefined);
  // The other end of its input closes with this process. Nothing here may wait for it.
  const input = child.stdin as typeof child.stdin & { readonly unref?: () => void };
  input.unref?.();
  return () => void child.kill('SIGKILL');
}
