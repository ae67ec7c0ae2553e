import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DrillSpec } from './drill-job.ts';

const program = fileURLToPath(new URL('drill-program.ts', import.meta.url));

/** How a process of a drill ended. */
export interface DrillEnd {
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  readonly stderr: string;
}

/** Works on a job in a process of its own, to its end or to where it kills itself. */
export async function runProgram(spec: DrillSpec): Promise<DrillEnd> {
  const file = join(spec.folder, `spec-${spec.killAt}.json`);
  await writeFile(file, JSON.stringify(spec), { mode: 0o600 });
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@millrace/source', program, file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ signal, exitCode, stderr }));
  });
}
