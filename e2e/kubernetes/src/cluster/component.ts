import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { inState } from './layout.ts';

/** A part of the cluster: one process. */
export interface Component {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const step = 50;
const patience = 10_000;
const pidFile = (name: string): string => inState('pids', name);
const logFile = (name: string): string => inState('logs', `${name}.log`);

/** Starts a part as a process that outlives this one. Its output goes to a file of its own. */
export async function startComponent({ name, command, args }: Component): Promise<void> {
  const log = openSync(logFile(name), 'a');
  try {
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve).once('error', reject);
    });
    child.unref();
    await writeFile(pidFile(name), String(child.pid));
  } finally {
    closeSync(log);
  }
}

/** Ends a part: politely, then by force after ten seconds, or by force at once. */
export async function stopComponent(
  name: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<void> {
  const pid = await pidOf(name);
  if (pid !== undefined) {
    kill(pid, force ? 'SIGKILL' : 'SIGTERM');
    if (!(await endsWithin(pid, patience))) {
      kill(pid, 'SIGKILL');
      await endsWithin(pid, patience);
    }
  }
  await rm(pidFile(name), { force: true });
}

/** Whether a part's process is there. */
export async function isRunning(name: string): Promise<boolean> {
  return (await pidOf(name)) !== undefined;
}

/** The last lines that a part wrote. */
export async function lastLines(name: string, count = 15): Promise<string> {
  const text = await readFile(logFile(name), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** Process ids are used again, so a file counts only while its process has our state folder in its command line. */
async function pidOf(name: string): Promise<number | undefined> {
  const pid = Number(await readFile(pidFile(name), 'utf8').catch(() => ''));
  if (pid === 0 || !(await isAlive(pid))) return undefined;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes(inState()) ? pid : undefined;
}

/** Waits for a process to end; it is no child of ours when a test or another run started it. */
async function endsWithin(pid: number, milliseconds: number): Promise<boolean> {
  for (let waited = 0; waited < milliseconds; waited += step) {
    if (!(await isAlive(pid))) return true;
    await pause(step);
  }
  return false;
}

/** A process that ended and that nobody has asked for yet still has its number. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}
