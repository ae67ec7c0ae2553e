import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockDirectory } from './directory-lock.ts';

const { signal } = new AbortController();
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const left = (owner: object): Promise<void> =>
  writeFile(join(directory, 'lock'), JSON.stringify({ id: 'other', started: '', ...owner }));
const opened = async (): Promise<string> => {
  const lock = await lockDirectory(directory, { signal });
  await lock.release();
  return (await readdir(directory)).join();
};

it('the second of two is refused with the pid of the first, until the first lets go', async () => {
  const lock = await lockDirectory(directory, { signal });
  await expect(lockDirectory(directory, { signal })).rejects.toMatchObject({
    code: 'MILLRACE_E_STATE_LOCKED',
    message: `the state directory ${directory} belongs to the running process ${process.pid}`,
  });
  await lock.release();
  expect(await opened()).toBe('');
});

it('of several at once, one gets it', async () => {
  await left({ pid: 0, host: hostname() });
  const all = await Promise.allSettled(
    Array.from({ length: 8 }, () => lockDirectory(directory, { signal })),
  );
  const locks = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  expect(locks).toHaveLength(1);
  await locks[0]?.release();
  expect(await readdir(directory)).toEqual([]);
});

it('another process that lives keeps it, and loses it by its end', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  try {
    await left({ pid: child.pid, host: hostname() });
    await expect(opened()).rejects.toMatchObject({ details: { pid: child.pid } });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(await opened()).toBe('');
});

it.runIf(process.platform === 'linux')(
  'a process that only has the dead owner’s number does not keep it',
  async () => {
    await left({ pid: process.ppid, host: hostname(), started: '1' });
    expect(await opened()).toBe('');
  },
);

it.runIf(process.platform === 'linux')(
  'a process that has ended, and whose parent has not asked how, does not keep it',
  async () => {
    // The child ends when it is told, which is when its parent has become one that never asks.
    const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 1000', 'sh'], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    const [, output, , input] = parent.stdio;
    try {
      const [line] = (await once(output ?? parent, 'data')) as [Buffer];
      const pid = Number(line.toString());
      const told = (file: string) => () => readFile(`/proc/${file}`, 'utf8');
      await expect.poll(told(`${parent.pid}/cmdline`), { timeout: 20_000 }).toMatch(/^sleep/);
      (input as Writable).end();
      await expect.poll(told(`${pid}/stat`), { timeout: 20_000 }).toContain(') Z ');
      await left({ pid, host: hostname() });
      expect(await opened()).toBe('');
    } finally {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
    }
  },
);

it('a predecessor with this process’s own number, as in a container that was started again, does not keep it', async () => {
  await left({ pid: process.pid, host: hostname() });
  expect(await opened()).toBe('');
});

it('an owner on another machine keeps it as long as it gives a sign', async () => {
  await left({ pid: 1, host: 'elsewhere' });
  await expect(opened()).rejects.toThrow('belongs to the running process 1 on elsewhere');
  const past = new Date(Date.now() - 120_000);
  await utimes(join(directory, 'lock'), past, past);
  expect(await opened()).toBe('');
});

it('a lock that was cut short in writing does not count', async () => {
  await writeFile(join(directory, 'lock'), '{"pid":');
  expect(await opened()).toBe('');
});

it('a lock that somebody took over is not removed by who had it before', async () => {
  const lock = await lockDirectory(directory, { signal });
  await left({ pid: 1, host: 'elsewhere' });
  await lock.release();
  expect(await readFile(join(directory, 'lock'), 'utf8')).toContain('elsewhere');
});
