import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { createGrowingLog } from '../testing/growing-log.test.helper.ts';
import { unlimited } from '../testing/runner.test.helper.ts';
import { createTraceChecksum } from './trace-checksum.ts';
import { newTraceState } from './trace-state.ts';

const text = 'The quick brown fox jumps over the lazy dog';
const whole = { checksum: 'crc32:414fa339', bytesize: text.length };

it('is that of the whole log, in eight digits', async () => {
  const checksum = createTraceChecksum(createGrowingLog(text), newTraceState.checksum);
  expect(checksum.output()).toEqual({ checksum: 'crc32:00000000', bytesize: 0 });
  await checksum.complete(unlimited());
  expect(checksum.output()).toEqual(whole);
});

it('counts each byte once, whatever is sent again', async () => {
  const log = createGrowingLog(text);
  const checksum = createTraceChecksum(log, newTraceState.checksum);
  checksum.cover(0, log.bytes().subarray(0, 10));
  checksum.cover(0, log.bytes().subarray(0, 5));
  checksum.cover(5, log.bytes().subarray(5, 20));
  // Behind a gap.
  checksum.cover(30, log.bytes().subarray(30, 40));
  expect(checksum.output().bytesize).toBe(20);
  await checksum.complete(unlimited());
  expect(checksum.output()).toEqual(whole);
});

it('goes on from a saved state', async () => {
  const saved = { bytes: 7, crc32: crc32(text.slice(0, 7)) };
  const checksum = createTraceChecksum(createGrowingLog(text), saved);
  expect(checksum.state()).toEqual(saved);
  await checksum.complete(unlimited());
  expect(checksum.output()).toEqual(whole);
});
