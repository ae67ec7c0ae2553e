import { expect, it } from 'vitest';
import { suggest, suggestionHint } from './suggest.ts';

const keys = ['privileged', 'cpu_limit', 'cpu_request', 'node_selector', 'ip'];

it.each([
  ['one wrong letter', 'privilegad', 'privileged'],
  ['a missing letter', 'cpu_limt', 'cpu_limit'],
  ['two letters swapped', 'ndoe_selector', 'node_selector'],
  ['another case', 'CPU_Limit', 'cpu_limit'],
  ['a short word with one change', 'pi', 'ip'],
  ['the nearest of several', 'cpu_requests', 'cpu_request'],
  ['nothing near', 'volumes', undefined],
  ['the empty word', '', undefined],
])('suggests for %s', (_case, word, expected) => {
  expect(suggest(word, keys)).toBe(expected);
});

it('puts the suggestion into a question, or says nothing', () => {
  expect(suggestionHint('privilegd', keys)).toEqual({ hint: 'did you mean "privileged"?' });
  expect(suggestionHint('zzz', keys)).toEqual({});
});
