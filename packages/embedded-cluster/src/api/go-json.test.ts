import { expect, it } from 'vitest';
import { goJsonError, summary } from './go-json.ts';

it.each([
  ['', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected end of JSON input'],
  ['hello', "invalid character 'h' looking for beginning of value"],
  ['{a}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['trap', "invalid character 'a' in literal true (expecting 'u')"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['"a\\x"', "invalid character 'x' in string escape code"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
])('says of %j what Go says', (text, message) => {
  expect(goJsonError(text)).toBe(message);
});

it.each(['{}', '[]', ' {"a":[1,-2.5e3,"x\\n",true,false,null,{}]} '])(
  'finds nothing wrong with %j',
  (text) => {
    expect(goJsonError(text)).toBeUndefined();
  },
);

it.each([
  ['', '<empty>'],
  ['{"kind":', '{"kind":'],
  ['{"apiVersion":"v1","kind":"ConfigMap"}', '{"apiVersion":"v1","kind":"Con ...'],
  ['hello', '68656c6c6f'],
])('shows the beginning of %j', (body, expected) => {
  expect(summary(Buffer.from(body))).toBe(expected);
});
