import type { HookOrder, Tap } from '@millrace/core';
import { expect, it } from 'vitest';
import { orderTaps } from './order-taps.ts';

const tap = (plugin: string, order: HookOrder = {}): Tap => ({
  hook: 'planUnits',
  plugin,
  order,
  needs: {},
  handler: () => undefined,
});
const names = (taps: readonly Tap[]): readonly string[] => taps.map(({ plugin }) => plugin);

it.each<[string, readonly Tap[], readonly string[]]>([
  ['handlers without wishes run by plugin name', [tap('c'), tap('a'), tap('b')], ['a', 'b', 'c']],
  [
    'phases come before names',
    [tap('a', { phase: 'post' }), tap('b'), tap('c', { phase: 'pre' })],
    ['c', 'b', 'a'],
  ],
  ['after puts a handler behind another', [tap('a', { after: ['b'] }), tap('b')], ['b', 'a']],
  ['before puts a handler ahead of another', [tap('a'), tap('b', { before: ['a'] })], ['b', 'a']],
  ['an optional name may be absent', [tap('a', { after: ['nobody?'] })], ['a']],
])('%s', (_behaviour, taps, expected) => {
  const { taps: ordered, problems } = orderTaps('planUnits', taps);
  expect(names(ordered)).toEqual(expected);
  expect(problems).toEqual([]);
  expect(names(orderTaps('planUnits', taps.toReversed()).taps)).toEqual(expected);
});

it('a name that nobody has is a problem that names the plugin and the way out', () => {
  const { problems } = orderTaps('planUnits', [tap('a', { after: ['nobody'] })]);
  expect(problems).toEqual([
    expect.objectContaining({
      message: 'plugin a orders its planUnits hook by nobody, which has no such hook',
      hint: 'load nobody, or write "nobody?" if it may be absent',
    }),
  ]);
});

it('a circle is printed as a path', () => {
  const { problems } = orderTaps('planUnits', [
    tap('a', { after: ['b'] }),
    tap('b', { after: ['c'] }),
    tap('c', { after: ['a'] }),
  ]);
  expect(problems[0]?.message).toMatch(/circle: (a → c → b → a|c → b → a → c|b → a → c → b)/);
});
