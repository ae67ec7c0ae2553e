import type { LogPlace } from '@millrace/core';
import { expect, it } from 'vitest';
import { createLogLines } from './log-lines.ts';
import { createSeenLines } from './seen-lines.ts';

const second = '2026-11-21T08:00:0';

/** What streams, each a list of chunks, come to. */
function passedOn(streams: readonly (readonly string[])[]): string {
  const lines = createLogLines(createSeenLines());
  let read = '';
  for (const [number, chunks] of streams.entries()) {
    if (number > 0) lines.resume();
    for (const chunk of chunks) read += Buffer.from(lines.take(Buffer.from(chunk))).toString();
  }
  return read + Buffer.from(lines.rest()).toString();
}

it.each([
  ['whole lines', [[`${second}1.5Z a\n${second}2Z b\n`]], 'a\nb\n'],
  ['a zone', [[`${second}1.5+02:00 a\n`]], 'a\n'],
  ['an empty line', [[`${second}1Z \n${second}2Z b\n`]], '\nb\n'],
  ['cut timestamps', [`${second}1.5Z a b\n${second}2Z c\n`.split('')], 'a b\nc\n'],
  ['no newline at the end', [[`${second}1Z a`]], 'a'],
  ["the kubelet's own words", [['rpc error: x\n', `${second}1Z a\n`]], 'rpc error: x\na\n'],
  ['nothing but a start', [['2026']], '2026'],
])('takes timestamps off: %s', (_what, streams, expected) => {
  expect(passedOn(streams)).toBe(expected);
});

it.each([
  [
    'lines of the same second',
    [
      [`${second}1.1Z a\n${second}1.2Z b\n`],
      [`${second}1.1Z a\n${second}1.2Z b\n${second}1.3Z c\n`],
    ],
    'a\nb\nc\n',
  ],
  [
    'equal timestamps, of which one was passed on',
    [[`${second}1Z a\n`], [`${second}1Z a\n${second}1Z b\n`]],
    'a\nb\n',
  ],
  [
    'a line that was cut',
    [[`${second}1Z a\n${second}2Z long li`], [`${second}1Z a\n${second}2Z long line\n`]],
    'a\nlong line\n',
  ],
  [
    'a line cut twice, after one with the same timestamp',
    [
      [`${second}1Z a\n${second}1Z lo`],
      [`${second}1Z a\n${second}1Z long`],
      [`${second}1Z a\n${second}1Z long line\n`],
    ],
    'a\nlong line\n',
  ],
  ['a cut timestamp', [[`${second}1Z a\n2026-11`], [`${second}1Z a\n${second}2Z b\n`]], 'a\nb\n'],
  [
    'lines out of order',
    [
      [`${second}1.2Z b\n${second}1.1Z a\n`],
      [`${second}1.2Z b\n${second}1.1Z a\n${second}1.15Z c\n`],
    ],
    'b\na\nc\n',
  ],
  [
    'a clock that went back',
    [[`${second}5Z a\n`], [`${second}5Z a\n${second}6Z b\n${second}2Z c\n`]],
    'a\nb\nc\n',
  ],
  ['lines that were rotated away', [[`${second}1Z a\n`], [`${second}7Z g\n`]], 'a\ng\n'],
])('resumes without repeating or skipping: %s', (_what, streams, expected) => {
  expect(passedOn(streams)).toBe(expected);
});

it('drops what is older than it remembers, and remembers a bounded number', () => {
  const line = (at: number): string =>
    `2026-11-21T08:00:00.${String(at).padStart(9, '0').replace(/0+$/, '') || '0'}Z ${at}\n`;
  const first = Array.from({ length: 20_000 }, (_, at) => line(at + 1)).join('');
  const read = passedOn([[first], [first + line(20_001)]]);
  expect(read.split('\n')).toHaveLength(20_002);
});

it('asks again from a second before the last line on', () => {
  const seen = createSeenLines();
  expect(seen.place(undefined)).toBeUndefined();
  seen.add('2026-11-21T10:00:00.123456789+02:00');
  expect(seen.place(undefined)?.since).toBe('2026-11-21T07:59:59Z');
});

/** A log of many seconds: some lines share a timestamp, some stand out of order, one is long, the last has no newline. */
const log = [
  ...Array.from({ length: 60 }, (_, at) => {
    const fraction = String((at * 7) % 10);
    return `2026-11-21T08:00:${String(Math.floor(at / 5)).padStart(2, '0')}.${fraction}Z line ${at}\r\n`;
  }),
  `2026-11-21T08:00:12Z ${'x'.repeat(200)}\n`,
  '2026-11-21T08:00:12Z \n',
  '2026-11-21T08:00:12Z no newline',
];
const plain = log.map((line) => line.slice(line.indexOf('Z ') + 2)).join('');
/** As a server does that is asked since a second. */
const from = (since: string | undefined): Buffer =>
  Buffer.from(
    log
      .filter(
        (line) =>
          since === undefined || Date.parse(line.slice(0, line.indexOf(' '))) >= Date.parse(since),
      )
      .join(''),
  );

it('another reading goes on behind the place of the one before, wherever that stopped', () => {
  const whole = from(undefined);
  for (let stop = 0; stop <= whole.length; stop += 1) {
    const first = createLogLines(createSeenLines());
    const read = Buffer.from(first.take(whole.subarray(0, stop))).toString();
    const place = JSON.parse(JSON.stringify(first.place() ?? null)) as LogPlace | null;
    const rest = from(place?.since);
    const seen = createSeenLines(place ?? undefined);
    const second = createLogLines(seen, place ?? undefined);
    // The second one is lost as well, and resumes.
    let more = Buffer.from(second.take(rest.subarray(0, stop % (rest.length + 1)))).toString();
    const again = from(second.place()?.since);
    second.resume();
    more += Buffer.from(second.take(again)).toString();
    expect(read + more, `stopped at byte ${stop}`).toBe(plain);
    expect(seen.gap()).toBeUndefined();
  }
});

it('says between which lines some are missing when the log was rotated meanwhile', () => {
  const first = createLogLines(createSeenLines());
  first.take(Buffer.from(`${second}1Z a\n${second}2Z b\n`));
  const seen = createSeenLines(first.place());
  const lines = createLogLines(seen, first.place());
  expect(Buffer.from(lines.take(Buffer.from(`${second}7Z g\n`))).toString()).toBe('g\n');
  expect(seen.gap()).toEqual({ after: `${second}2Z`, until: `${second}7Z` });
});

it('says that lines may be missing when those that were read are gone and none came', () => {
  const first = createLogLines(createSeenLines());
  first.take(Buffer.from(`${second}1Z a\n`));
  const seen = createSeenLines(first.place());
  seen.end();
  expect(seen.gap()).toEqual({ after: `${second}1Z`, until: undefined });
});
