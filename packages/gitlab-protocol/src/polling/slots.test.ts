import { expect, it } from 'vitest';
import { createSlots } from './slots.ts';

it('gives the lowest free number, each key its own', () => {
  const slots = createSlots();
  expect([slots.take('a'), slots.take('a'), slots.take('b')]).toEqual([0, 1, 0]);
  slots.free('a', 0);
  expect(slots.take('a')).toBe(0);
  expect(slots.taken('a')).toBe(2);
});

it('leaves an adopted job its number', () => {
  const slots = createSlots();
  slots.keep('a', 1);
  expect([slots.take('a'), slots.take('a')]).toEqual([0, 2]);
});
