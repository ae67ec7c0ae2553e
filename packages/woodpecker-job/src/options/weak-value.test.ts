import type { JsonValue, MemberShape, SettingForm } from '@millrace/core';
import { expect, it } from 'vitest';
import { weakValue } from './weak-value.ts';

const members: MemberShape = {
  key: 'string',
  seconds: 'integer',
  inner: { table: { on: 'boolean' } },
};
const read = (value: JsonValue, form: SettingForm): readonly [JsonValue | undefined, string[]] => {
  const told: string[] = [];
  const found = weakValue(value, form, members, {
    key: 'o',
    fault: (key, message) => told.push(`${key} ${message}`),
    unknown: (key) => told.push(`${key} is unknown`),
  });
  return [found, told];
};

it.each<[SettingForm, JsonValue, JsonValue | undefined]>([
  ['string', 128, '128'],
  ['string', 1.5, '1.5'],
  ['string', true, '1'],
  ['string', 1e23, '100000000000000000000000'],
  ['string', -1.5e-7, '-0.00000015'],
  ['integer', '1000', 1000],
  ['integer', 1.9, 1],
  ['integer', '', 0],
  ['integer', '010', 8],
  ['integer', '0b11', 3],
  ['integer', '-0x10', -16],
  ['integer', '1_000', 1000],
  ['integer', true, 1],
  ['boolean', 'false', false],
  ['boolean', 1, true],
  ['boolean', '', false],
  ['string-list', 'one', ['one']],
  ['string-list', {}, []],
  ['string-map', { a: 1, b: null }, { a: '1', b: '' }],
  ['string-map', [{ a: 1 }, null, { b: 2 }, { a: 3 }], { a: '3', b: '2' }],
  ['string-map', [], {}],
  ['string-list', ['a', null], ['a', '']],
  ['integer-list', ['7', null], [7, 0]],
  ['table-list', { KEY: 'x', Seconds: '30' }, [{ key: 'x', seconds: 30 }]],
  ['table', { inner: { ON: 'true' } }, { inner: { on: true } }],
  ['string', null, undefined],
])('as %s, %j is %j', (form, value, expected) => {
  expect(read(value, form)).toEqual([expected, []]);
});

it.each<[SettingForm, JsonValue, JsonValue | undefined, string]>([
  ['string', ['a'], undefined, 'o must be text, not ["a"]'],
  ['boolean', 'yes', undefined, 'o must be true or false, not "yes"'],
  ['integer', 'ten', undefined, 'o must be a number, not "ten"'],
  ['string-map', 'nonsense', undefined, 'o must be an object, not "nonsense"'],
  ['table', { seconds: 'x', key: 'a' }, { key: 'a' }, 'o.seconds must be a number, not "x"'],
  ['table', { kee: 'a' }, {}, 'o.kee is unknown'],
  ['table-list', [{ key: 'a' }, 'b'], [{ key: 'a' }, {}], 'o[1] must be an object, not "b"'],
  ['table-list', [null], [{}], 'o[0] must be an object, not null'],
  ['string-list', ['a', ['b']], ['a', ''], 'o[1] must be text, not ["b"]'],
  ['string-map', { a: ['x'], b: 1 }, { b: '1' }, 'o.a must be text, not ["x"]'],
  ['string-map', [{ a: 1 }, 'x', { b: 2 }], { a: '1' }, 'o[1] must be an object, not "x"'],
  ['table', ['a'], undefined, 'o must be an object, not ["a"]'],
  ['integer', '08', undefined, 'o must be a number, not "08"'],
  ['boolean', [true], undefined, 'o must be true or false, not [true]'],
])('as %s, %j is read as far as possible, and told about', (form, value, expected, told) => {
  expect(read(value, form)).toEqual([expected, [told]]);
});
