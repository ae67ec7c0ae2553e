import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { jsonLines } from './json-lines.ts';

function read(chunks: readonly string[]): Promise<unknown[]> {
  const bytes = Readable.from(chunks.map((chunk) => Buffer.from(chunk, 'latin1')));
  return Readable.from(jsonLines(bytes, () => undefined)).toArray();
}

it.each([
  ['one a chunk', ['{"a":1}\n', '{"a":2}\n']],
  ['both in one chunk', ['{"a":1}\n{"a":2}\n']],
  ['cut inside', ['{"a"', ':1}\n{"a":2', '}', '\n']],
  ['with blank lines and carriage returns', ['{"a":1}\r\n\n', '\n{"a":2}\n']],
  ['with an unfinished one at the end', ['{"a":1}\n{"a":2}\n{"a":']],
])('reads documents: %s', async (_how, chunks) => {
  expect(await read(chunks)).toEqual([{ a: 1 }, { a: 2 }]);
});

it('puts characters together that were cut', async () => {
  const bytes = Buffer.from('"ü€😀"\n').toString('latin1');
  expect(await read(bytes.split(''))).toEqual(['ü€😀']);
});

it('throws at a line that is not JSON', async () => {
  await expect(read(['{"a":1}\n', 'oops\n'])).rejects.toMatchObject({
    code: 'MILLRACE_E_KUBE_BAD_ANSWER',
  });
});

it('throws at a line without end', async () => {
  const chunk = 'x'.repeat(2 ** 20);
  await expect(read(Array.from({ length: 17 }, () => chunk))).rejects.toThrow(/longer than/);
});
