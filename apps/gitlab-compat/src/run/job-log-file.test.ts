import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock } from '@millrace/async';
import type { RunEvent, Stage, Unit } from '@millrace/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJobLogFile, type JobLogFile } from './job-log-file.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-log-'));
});
afterEach(() => rm(root, { recursive: true }));

const open = (folder: string): Promise<JobLogFile> =>
  openJobLogFile(folder, {
    runnerName: 'suite',
    version: '1',
    revision: 'abc',
    shortToken: 'short',
    systemId: 's_1',
    timestamps: true,
    executorName: 'kubernetes',
    clock: createFakeClock(1_700_000_000_000),
    rules: { secrets: ['hidden-value'], repairCharacters: true },
  });

const stage = { name: 'script', title: 'Script' } as Stage;
const unit = { id: 'job', work: { kind: 'session', stages: [stage] } } as unknown as Unit;
const output = (text: string, offset: number): RunEvent => ({
  type: 'output',
  unit,
  attempt: 1,
  stage,
  bytes: Buffer.from(text),
  offset,
});
const success = { kind: 'success' } as const;
/** A job whose output is cut within a secret, a line, and a character. */
const pieces = ['one\ntw', 'o hidden-', 'value \u20AC\n', 'three\rfour', '\nlast'];
const prepared: RunEvent = {
  type: 'line',
  index: 0,
  line: { kind: 'info', code: 'x', text: 'prepared' } as never,
};
const events: readonly RunEvent[] = [
  prepared,
  { type: 'stage-started', unit, attempt: 1, stage, at: 0 },
  ...pieces.map((text, index) => output(text, Buffer.byteLength(pieces.slice(0, index).join('')))),
  {
    type: 'stage-finished',
    unit,
    attempt: 1,
    stage,
    result: { name: 'script', outcome: success, startedAt: 0, finishedAt: 0 },
  },
  { type: 'finished', result: { job: '1', outcome: success, units: [] } },
];

const bytesOf = (folder: string): Promise<string> => readFile(join(folder, 'trace.log'), 'utf8');
const all = async (log: JobLogFile): Promise<string> =>
  Buffer.from(
    await log.source.read(0, log.source.size(), { signal: new AbortController().signal }),
  ).toString();

/** Tells a log what it has not taken, as an executor does. */
async function tellRest(log: JobLogFile): Promise<void> {
  const { taken } = log;
  const from = taken.output['job']?.offset ?? 0;
  for (const event of events) {
    if (event.type !== 'output') {
      await log.emit(event);
      continue;
    }
    const { offset = 0, bytes } = event;
    const known = Math.max(0, from - offset);
    if (known < bytes.length)
      await log.emit({ ...event, bytes: bytes.subarray(known), offset: offset + known });
  }
}

it('the same bytes come out, wherever a process is killed between two events', async () => {
  const whole = await open(join(root, 'whole'));
  for (const event of events) await whole.emit(event);
  const expected = await all(whole);
  expect(expected).toContain('[MASKED]');
  expect(expected).not.toContain('hidden');
  await whole.close();
  for (let killed = 0; killed < events.length; killed += 1) {
    const folder = join(root, `killed-${killed}`);
    const first = await open(folder);
    for (const event of events.slice(0, killed)) await first.emit(event);
    await first.persist();
    // What is on the disk at that moment is all that the next process has.
    await cp(folder, `${folder}-next`, { recursive: true });
    await first.close();
    const next = await open(`${folder}-next`);
    await tellRest(next);
    expect(await all(next), `killed after ${killed} events`).toBe(expected);
    await next.close();
  }
});

it('bytes behind the last state are cut off, and come again', async () => {
  const folder = join(root, 'job');
  const first = await open(folder);
  await first.emit(prepared);
  await first.persist();
  const known = await bytesOf(folder);
  await appendFile(join(folder, 'trace.log'), 'written, and its state was not');
  const next = await open(folder);
  expect(await bytesOf(folder)).toBe(known);
  expect(next.source.size()).toBe(Buffer.byteLength(known));
  await next.close();
  await first.close();
});

it('a state that was damaged counts as none: the log begins anew', async () => {
  const folder = join(root, 'job');
  const first = await open(folder);
  await first.emit(prepared);
  await first.saveUpload({ version: 1, acknowledged: 5, checksum: { bytes: 5, crc32: 1 } });
  await first.close();
  await writeFile(join(folder, 'taken.json'), '');
  const next = await open(folder);
  expect(next.source.size()).toBe(0);
  expect(next.upload.acknowledged).toBe(0);
  await tellRest(next);
  expect(await all(next)).toContain('Job succeeded');
  await next.close();
});

it('what was said is not said again to a job that begins anew', async () => {
  const log = await open(join(root, 'job'));
  await log.emit(prepared);
  await log.emit(prepared);
  await log.persist();
  expect((await all(log)).match(/prepared/g)).toHaveLength(1);
  await log.close();
});

it('where the upload stands is kept', async () => {
  const folder = join(root, 'job');
  const state = { version: 1, acknowledged: 3, checksum: { bytes: 3, crc32: 9 } } as const;
  const first = await open(folder);
  await first.emit(prepared);
  await first.saveUpload(state);
  await first.close();
  const next = await open(folder);
  expect(next.upload).toEqual(state);
  await next.close();
});
