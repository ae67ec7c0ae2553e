import { expect, it } from 'vitest';
import { decodeGoJson } from './go-json.ts';

it.each([
  ['{"a":[1,-2.5e+3,"\\u00e4\\n",true,null]}', { a: [1, -2500, 'ä\n', true, null] }],
  [' {} trailing', {}],
  ['', undefined],
  [' \n', undefined],
])('%j is read', (text, value) => {
  expect(decodeGoJson(text)).toEqual({ value });
});

it.each([
  ['nonsense', "invalid character 'o' in literal null (expecting 'u')"],
  ['hello', "invalid character 'h' looking for beginning of value"],
  ['{a: 1}', "invalid character 'a' looking for beginning of object key string"],
  ["{'a': 1}", String.raw`invalid character '\'' looking for beginning of object key string`],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a": 1 "b"}', `invalid character '"' after object key:value pair`],
  ['{"a": 1,}', "invalid character '}' looking for beginning of object key string"],
  ['[1 2]', "invalid character '2' after array element"],
  ['["a\nb"]', String.raw`invalid character '\n' in string literal`],
  [String.raw`["\x"]`, "invalid character 'x' in string escape code"],
  [String.raw`["\u00g0"]`, String.raw`invalid character 'g' in \u hexadecimal character escape`],
  ['[-x]', "invalid character 'x' in numeric literal"],
  ['[1.]', "invalid character ']' after decimal point in numeric literal"],
  ['[1e]', "invalid character ']' in exponent of numeric literal"],
  ['ä', "invalid character 'Ã' looking for beginning of value"],
  ['{"a"', 'unexpected EOF'],
  ['tru', 'unexpected EOF'],
])('%j is refused in Go’s words', (text, fault) => {
  expect(decodeGoJson(text)).toEqual({ fault });
});
