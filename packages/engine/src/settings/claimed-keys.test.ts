import { defineBinding, type Binding } from '@millrace/core';
import { expect, it } from 'vitest';
import { doubleClaims } from './claimed-keys.ts';

const binding = (plugin: string, shared?: boolean): Binding =>
  defineBinding({
    peer: 'test',
    plugin,
    rows: [
      {
        key: 'retries',
        path: 'r',
        form: 'integer',
        doc: '',
        ...(shared === undefined ? {} : { shared }),
      },
    ],
  });

it.each<[string, readonly Binding[], number]>([
  ['one owner is fine', [binding('a')], 0],
  ['two owners are not', [binding('a'), binding('b')], 1],
  ['plugins that both share a key are fine', [binding('a', true), binding('b', true)], 0],
  ['sharing with one that does not is not', [binding('a', true), binding('b')], 1],
])('%s', (_behaviour, bindings, problems) => {
  expect(doubleClaims(bindings)).toHaveLength(problems);
});
