import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHeaderReader, createHeaderWriter } from './header-blocks.ts';
import { headerDictionary } from './header-dictionary.ts';

it('has the dictionary of the specification', () => {
  expect(headerDictionary).toHaveLength(1423);
  expect(createHash('sha256').update(headerDictionary).digest('hex')).toBe(
    '51d27341373f923f3cd88e1eb7162aeaa3723d7585ff2399201dc06498407f02',
  );
});

describe('header blocks', () => {
  it('are read as they were written, one after the other', async () => {
    const [write, reader] = [createHeaderWriter(), createHeaderReader()];
    for (const headers of [
      new Map([
        ['streamtype', 'error'],
        ['port', '8080'],
      ]),
      new Map<string, string>(),
      new Map([['requestid', 'ü']]),
    ])
      expect(await reader.read(write(headers))).toEqual(headers);
    reader.close();
  });

  it('are read as compressors write them', async () => {
    // Two blocks of one connection, written by zlib with the dictionary.
    const blocks = [
      '78bbe3c6a7c202e50e50ca0a2e294a4dcc851625aca9a0808614cb45a024cc646100000000ffff',
      '82292c4656082a731251d501000000ffff',
    ].map((hex) => Buffer.from(hex, 'hex'));
    const reader = createHeaderReader();
    const read = [];
    for (const block of blocks) read.push(await reader.read(block));
    expect(read).toEqual([
      new Map([
        ['streamtype', 'error'],
        ['port', '80'],
      ]),
      new Map([
        ['streamtype', 'data'],
        ['port', '80'],
      ]),
    ]);
    reader.close();
  });

  it.each([
    ['is not compressed', Buffer.from('plain text')],
    ['lacks its dictionary', Buffer.from('789c0300', 'hex')],
  ])('refuses a block that %s', async (_what, block) => {
    await expect(createHeaderReader().read(block)).rejects.toThrow();
  });
});
