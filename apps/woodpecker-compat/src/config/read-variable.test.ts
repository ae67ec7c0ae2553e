import type { MemberShape } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { readVariable } from './read-variable.ts';

const members: MemberShape = {
  key: 'string',
  seconds: 'integer',
  labels: 'string-map',
  terms: { list: { values: 'string-list', inner: { table: { name: 'string' } } } },
};
const read = (form: 'table' | 'table-list' | 'string-map' | 'integer', text: string): unknown =>
  readVariable(
    { name: 'V', flag: 'v', form, ...(form.startsWith('table') ? { members } : {}) },
    text,
  );

describe('YAML in a variable', () => {
  it.each([
    ['string-map', 'a: 1.50\nb: ~\nyes: on', { a: '1.5', b: '', true: 'true' }],
    ['table-list', '[{KEY: 5, seconds: 5}]', [{ KEY: '5', seconds: 5 }]],
    ['table-list', '[{key: off, seconds: 0x10}, ~]', [{ key: 'false', seconds: 16 }, {}]],
    ['table', 'labels: {a: 1, 2: b}\nseconds: 1.5', { labels: { a: '1', 2: 'b' }, seconds: 1.5 }],
    [
      'table',
      'terms: [{Values: [1, yes, ~], inner: {name: 007}}]',
      { terms: [{ Values: ['1', 'true', ''], inner: { name: '7' } }] },
    ],
    ['table', 'unknown: 5\nkey: {a: 1}', { unknown: 5, key: { a: 1 } }],
  ] as const)('of the form %s, %j is text where text is wanted', (form, text, value) => {
    expect(read(form, text)).toEqual({ value });
  });

  it.each(['', 'null', '~', '   ', '# nothing'])('%j says nothing', (text) => {
    for (const form of ['string-map', 'table', 'table-list'] as const)
      expect(read(form, text)).toEqual({ value: undefined });
  });

  it('that is none is told with what to write', () => {
    expect(read('table-list', '[')).toEqual({
      fault: expect.stringMatching(/it is no YAML/) as string,
      hint: 'write a YAML or JSON list of objects',
    });
  });
});

it.each([
  ['0x14', 20],
  ['024', 20],
  ['2_0', 20],
  ['-1', -1],
])('the number %s is %d', (text, value) => {
  expect(read('integer', text)).toEqual({ value });
});
