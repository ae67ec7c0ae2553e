import { expect, it } from 'vitest';
import { defaultCapabilities } from './capabilities.ts';

const names = (list: readonly { readonly name: string }[]): readonly string[] =>
  list.map(({ name }) => name);

it.each([
  ['the default is dropped', [], [], [], ['NET_RAW']],
  ['adding wins over the default', ['NET_RAW'], [], ['NET_RAW'], []],
  ['dropping wins over adding', ['A', 'B'], ['B'], ['A'], ['B', 'NET_RAW']],
  ['a name twice is one', ['A', 'A'], [], ['A'], ['NET_RAW']],
  ['names are sorted', ['C', 'A'], ['D', 'B'], ['A', 'C'], ['B', 'D', 'NET_RAW']],
])('%s', (_rule, add, drop, added, dropped) => {
  const lists = defaultCapabilities(
    { add, drop, dropUnlessAdded: ['NET_RAW'] },
    { windows: false },
  );
  expect(names(lists.add)).toEqual(added);
  expect(names(lists.drop)).toEqual(dropped);
});

it('has no default on Windows', () => {
  const settings = { add: [], drop: ['A'], dropUnlessAdded: ['NET_RAW'] };
  expect(names(defaultCapabilities(settings, { windows: true }).drop)).toEqual(['A']);
});
