import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from './kubelet-fixture.test.support.ts';
import { readLog } from './read-log.ts';

let folder: string;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => rmSync(folder, { recursive: true }));

const content = [
  '2026-01-01T00:00:01.000000000Z stdout F one',
  '2026-01-01T00:00:02.000000000Z stdout P tw',
  '2026-01-01T00:00:02.500000000Z stdout F o',
  '2026-01-01T00:00:03.000000000Z stderr F ü',
  '2026-01-01T00:00:04.000000000Z stdout P end',
];

it.each([
  ['everything', {}, 'one\ntwo\nü\nend'],
  ['the last line', { tailLines: 1 }, 'end'],
  ['the last three, pieces of one line as one', { tailLines: 3 }, 'two\nü\nend'],
  ['more lines than there are', { tailLines: 30 }, 'one\ntwo\nü\nend'],
  ['no line', { tailLines: 0 }, ''],
  ['a number of bytes', { limitBytes: 6 }, 'one\ntw'],
  ['what is new', { sinceTime: Date.UTC(2026, 0, 1, 0, 0, 3) }, 'ü\nend'],
  [
    'times before lines, not before pieces',
    { timestamps: true, tailLines: 3 },
    '2026-01-01T00:00:02.000000000Z two\n2026-01-01T00:00:03.000000000Z ü\n2026-01-01T00:00:04.000000000Z end',
  ],
])('reads %s', async (_what, options, expected) => {
  const file = join(folder, 'log');
  writeFileSync(file, `${content.join('\n')}\n`);
  const chunks: Uint8Array[] = [];
  const source = { file, ended: () => true, end: Promise.resolve() };
  for await (const chunk of readLog(source, {
    follow: false,
    previous: false,
    timestamps: false,
    signal: new AbortController().signal,
    ...options,
  }))
    chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe(expected);
});
