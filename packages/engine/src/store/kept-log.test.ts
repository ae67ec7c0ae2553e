import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@millrace/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKeptLog, type KeptLog } from './kept-log.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-kept-'));
});
afterEach(() => rm(root, { recursive: true }));

interface Upload {
  readonly acknowledged: number;
}

/** A log that numbers its lines, which only its state makes possible. */
const open = (): Promise<KeptLog<Upload>> =>
  openKeptLog<{ readonly written: number; readonly lines: number }, Upload>(root, {
    readUpload: (stored) => (stored as Upload | undefined) ?? { acknowledged: 0 },
    writer: ({ state = { written: 0, lines: 0 }, write }) => {
      let now = state;
      return {
        handle: async (event) => {
          const bytes = Buffer.from(`${now.lines + 1} ${event.type}\n`);
          await write(bytes);
          now = { written: now.written + bytes.length, lines: now.lines + 1 };
        },
        again: () => undefined,
        state: () => now,
      };
    },
  });
const line = (index: number): RunEvent => ({
  type: 'line',
  index,
  line: { kind: 'info', code: 'x', text: 'prepared' } as never,
});
const content = (): Promise<string> => readFile(join(root, 'trace.log'), 'utf8');

it('another process goes on where the log stood', async () => {
  const first = await open();
  await first.emit(line(0));
  await first.persist();
  await first.close();
  const next = await open();
  await next.emit(line(0));
  await next.emit(line(1));
  await next.persist();
  expect(await content()).toBe('1 line\n2 line\n');
  await next.close();
});

it('bytes behind the last state are cut off, and are never offered for sending', async () => {
  const first = await open();
  await first.emit(line(0));
  await first.persist();
  await appendFile(join(root, 'trace.log'), 'written, and its state was not');
  expect(first.source.size()).toBe('1 line\n'.length);
  const { signal } = new AbortController();
  const bytes = await first.source.read(2, 1000, { signal });
  expect(Buffer.from(bytes).toString()).toBe('line\n');
  await first.close();
  const next = await open();
  expect(await content()).toBe('1 line\n');
  await next.close();
});

it('without its state the log begins anew, and so does its upload', async () => {
  const first = await open();
  await first.emit(line(0));
  await first.saveUpload({ acknowledged: 5 });
  await first.close();
  const kept = await open();
  expect(kept.upload).toEqual({ acknowledged: 5 });
  await kept.close();
  await writeFile(join(root, 'taken.json'), '');
  const next = await open();
  expect([next.source.size(), next.upload, next.taken.events]).toEqual([
    0,
    { acknowledged: 0 },
    [],
  ]);
  await next.close();
});

it('what may be sent is what is saved', async () => {
  const log = await open();
  expect(log.source.size()).toBe(0);
  await log.emit(line(0));
  await log.persist();
  const bytes = await log.source.read(0, 100, { signal: new AbortController().signal });
  expect(Buffer.from(bytes).toString()).toBe('1 line\n');
  await log.close();
});
