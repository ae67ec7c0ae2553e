import { expect, it } from 'vitest';
import { newTraceState, readTraceState } from './trace-state.ts';

it('comes back from JSON as it was', () => {
  const state = { version: 1, acknowledged: 120, checksum: { bytes: 130, crc32: 4_000_000_000 } };
  expect(readTraceState(JSON.parse(JSON.stringify(state)))).toEqual(state);
});

it.each([
  [undefined],
  [null],
  ['state'],
  [{}],
  [{ version: 2, acknowledged: 1, checksum: { bytes: 1, crc32: 1 } }],
  [{ version: 1, acknowledged: -1, checksum: { bytes: 1, crc32: 1 } }],
  [{ version: 1, acknowledged: 1 }],
  [{ version: 1, acknowledged: 1, checksum: { bytes: '1', crc32: 1 } }],
  [{ version: 1, acknowledged: 1.5, checksum: { bytes: 1, crc32: 1 } }],
])('is new when it is %j: the server knows what it has', (value) => {
  expect(readTraceState(value)).toBe(newTraceState);
});
