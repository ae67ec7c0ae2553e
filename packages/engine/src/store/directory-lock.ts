import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '@millrace/async';
import { RunnerError } from '@millrace/core';

/** A directory that belongs to this process. */
export interface DirectoryLock {
  readonly release: () => Promise<void>;
}

interface Owner {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the kernel's ticks; tells a process from a later one with its number. */
  readonly started: string;
}

/** An owner on another machine shows that it lives by touching its lock; milliseconds between two touches, and until it counts as dead. */
const beat = 15_000;
const silence = 60_000;
const systemClock = createSystemClock();
/** Locks held by this process; what else bears its number was written by a predecessor. */
const held = new Set<string>();

/**
 * Makes a directory this process's own, with a file `lock` in it. A lock whose owner is dead is taken over.
 * @throws RunnerError `MILLRACE_E_STATE_LOCKED` that names the owner
 */
export async function lockDirectory(
  directory: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<DirectoryLock> {
  const file = join(directory, 'lock');
  const own: Owner = {
    id: randomUUID(),
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid) ?? '',
  };
  const draft = `${file}.${own.id}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
  held.add(own.id);
  try {
    for (;;) {
      signal.throwIfAborted();
      if (await succeeds(link(draft, file), 'EEXIST')) break;
      const owner = await ownerOf(file);
      if (owner === undefined) continue;
      if (await isAlive(owner, file)) throw locked(directory, file, owner);
      if (await succeed(draft, file, owner, directory)) break;
    }
  } catch (thrown) {
    held.delete(own.id);
    throw thrown;
  } finally {
    await rm(draft, { force: true });
  }
  const timer = setInterval(() => void touch(file), beat).unref();
  return {
    release: async () => {
      clearInterval(timer);
      if (!held.delete(own.id)) return;
      if ((await ownerOf(file))?.id === own.id) await rm(file, { force: true });
    },
  };
}

/** Undefined when the lock has gone. One that cannot be read was left by a crash in the middle of a write. */
async function ownerOf(file: string): Promise<Owner | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    try {
      return JSON.parse(text) as Owner;
    } catch {
      return { id: '', pid: 0, host: '', started: '' };
    }
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

async function isAlive({ id, pid, host, started }: Owner, file: string): Promise<boolean> {
  if (pid === 0) return false;
  if (host !== hostname()) {
    const touched = await stat(file).catch(() => undefined);
    return touched !== undefined && systemClock.now() - touched.mtimeMs < silence;
  }
  if (pid === process.pid) return held.has(id);
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: there is such a process, of another user.
    if (hasCode(thrown, 'ESRCH')) return false;
  }
  if (stateOf(pid) === 'Z') return false;
  const now = startOf(pid);
  return now === undefined || started === '' || now === started;
}

/**
 * Takes over from a dead owner. Whoever holds the claim to its place, a file that only one can make, is the only one
 * that may replace its lock; so a lock that was taken over meanwhile is never touched.
 */
async function succeed(
  draft: string,
  file: string,
  dead: Owner,
  directory: string,
): Promise<boolean> {
  const claim = `${file}.after.${dead.id}`;
  if (!(await succeeds(link(draft, claim), 'EEXIST'))) {
    const claimant = await ownerOf(claim);
    if (claimant === undefined) return false;
    if (await isAlive(claimant, claim)) throw locked(directory, claim, claimant);
    await rm(claim, { force: true });
    return false;
  }
  if ((await ownerOf(file))?.id === dead.id) {
    await rename(claim, file);
    return true;
  }
  await rm(claim, { force: true });
  return false;
}

/** When a process started. Undefined where there is no `/proc`. */
const startOf = (pid: number): string | undefined => fieldsOf(pid)?.[19];

/** `Z`: it has ended, and its parent has not asked how. */
const stateOf = (pid: number): string | undefined => fieldsOf(pid)?.[0];

/** `/proc/<pid>/stat` from its third field on; counted from behind the name, which may contain anything. */
function fieldsOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

async function touch(file: string): Promise<void> {
  const now = new Date(systemClock.now());
  // Without it the lock only looks older than it is.
  await utimes(file, now, now).catch(() => undefined);
}

/** False for the one error that is expected. */
async function succeeds(work: Promise<void>, expected: string): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (thrown) {
    if (hasCode(thrown, expected)) return false;
    throw thrown;
  }
}

const hasCode = (thrown: unknown, code: string): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === code;

const locked = (directory: string, file: string, { pid, host }: Owner): RunnerError =>
  new RunnerError(
    `the state directory ${directory} belongs to the running process ${pid}${host === hostname() ? '' : ` on ${host}`}`,
    {
      code: 'MILLRACE_E_STATE_LOCKED',
      kind: 'config',
      hint: `end that process, or give this one a state directory of its own; if it is not a runner, remove ${file}`,
      details: { pid, host },
    },
  );
