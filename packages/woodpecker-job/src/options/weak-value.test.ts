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
  ['integer', '1000', 1000],
  ['integer', 1.9, 1],
  ['integer', '', 0],
  ['boolean', 'false', false],
  ['boolean', 1, true],
  ['boolean', '', false],
  ['string-list', 'one', ['one']],
  ['string-list', {}, []],
  ['string-map', { a: 1, b: null }, { a: '1', b: '' }],
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
  ['table-list', [{ key: 'a' }, 'b'], [{ key: 'a' }], 'o[1] must be an object, not "b"'],
])('as %s, %j is read as far as possible, and told about', (form, value, expected, told) => {
  expect(read(value, form)).toEqual([expected, [told]]);
});
