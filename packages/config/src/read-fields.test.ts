import type { JsonValue } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { readFields, type Fields } from './read-fields.ts';

const kind = { name: 'payload', hint: 'look there' };
const fieldsOf = (value: JsonValue): Fields => readFields(value, '', kind);

it('what is absent or null is empty, or what stands for it', () => {
  const fields = fieldsOf({ a: null });
  for (const name of ['a', 'b']) {
    expect(fields.text(name)).toBe('');
    expect(fields.text(name, 'x')).toBe('x');
    expect(fields.number(name, 3)).toBe(3);
    expect(fields.flag(name)).toBe(false);
    expect([fields.texts(name), fields.children(name), fields.map(name)]).toEqual([[], [], {}]);
    expect(fields.child(name).child(name).text(name)).toBe('');
  }
});

it('members of members are read', () => {
  const fields = fieldsOf({ list: [{ n: 1 }, null], map: { k: 'v', gone: null }, words: ['a'] });
  expect(fields.children('list').map((item) => item.number('n'))).toEqual([1, 0]);
  expect(fields.map('map')).toEqual({ k: 'v', gone: '' });
  expect(fields.texts('words')).toEqual(['a']);
});

it('one text is a list of it only where the payload has such', () => {
  expect(readFields({ a: 'x' }, '', { ...kind, loneTexts: true }).texts('a')).toEqual(['x']);
  expect(() => fieldsOf({ a: 'x' }).texts('a')).toThrow(/a must be a list, but is of type string/);
});

describe('a wrong type is an error that names the field', () => {
  it.each<[(fields: Fields) => unknown, string]>([
    [(fields) => fields.text('number'), 'number must be a string, but is of type number'],
    [(fields) => fields.number('list'), 'number, but is a list'],
    [(fields) => fields.flag('number'), 'number must be true or false, but is of type number'],
    [(fields) => fields.texts('list'), 'list[0] must be a string, but is of type object'],
    [(fields) => fields.map('object'), 'object.inner must be a string, but is of type number'],
    [(fields) => fields.children('list')[0]?.number('n'), 'list[0].n must be a number'],
    [(fields) => fields.child('number'), 'number must be an object, but is of type number'],
  ])('%s', (read, message) => {
    const fields = fieldsOf({ number: 1, list: [{ n: 'x' }], object: { inner: 1 } });
    expect(() => read(fields)).toThrow(message);
  });

  it('with the hint of its kind', () => {
    expect(() => fieldsOf([])).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_E_PAYLOAD',
        message: 'payload: it must be an object, but is a list',
        hint: 'look there',
      }) as Error,
    );
  });
});
