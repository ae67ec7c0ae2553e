import { describe, expect, it } from 'vitest';
import { createLineTimestamps } from './line-timestamps.ts';
import { pushAll } from './push-all.test.helper.ts';

const at = '2023-11-14T22:13:20.000000Z 01O';
const constant = (): number => 1_700_000_000_000;

describe('timestamps', () => {
  it.each([
    ['stand in front of every line', ['a\nb\n'], `${at} a\n${at} b\n`],
    ['wait for the rest of a line', ['a', 'b\nc'], `${at} ab\n${at} c\n`],
    [
      'do not hold up what ends with a carriage return',
      ['10%\r', '20%\r', 'done\nx\n'],
      `${at} 10%\r\n${at}+20%\r\n${at}+done\n${at} x\n`,
    ],
    [
      'do not hold up what contains a carriage return',
      ['a\nsection\r\u001B[0K', 'title\n'],
      `${at} a\n${at} section\r\u001B[0K\n${at}+title\n`,
    ],
    ['hand on what was held with it', ['ab', 'c\rd', 'e\n'], `${at} abc\rd\n${at}+e\n`],
    ['leave Windows line ends alone', ['a\r\nb\n'], `${at} a\r\n${at} b\n`],
    ['leave carriage returns inside of lines alone', ['a\rb\n'], `${at} a\rb\n`],
    ['stand in front of an empty line', ['\n\n'], `${at} \n${at} \n`],
    ['make a line of what is held in the end', ['a'], `${at} a\n`],
    ['add no line for what is continued in the end', ['a\r'], `${at} a\r\n`],
    [
      'do not hold 8192 bytes',
      ['x'.repeat(8000), 'y'.repeat(193), 'z\n'],
      `${at} ${'x'.repeat(8000)}${'y'.repeat(193)}\n${at}+z\n`,
    ],
    [
      'hold one byte less',
      ['x'.repeat(8000), 'y'.repeat(192), 'z\n'],
      `${at} ${'x'.repeat(8000)}${'y'.repeat(192)}z\n`,
    ],
    ['do not cut a whole line', [`${'x'.repeat(20_000)}\n`], `${at} ${'x'.repeat(20_000)}\n`],
    ['add nothing to nothing', [''], ''],
  ])('%s', (_behaviour, chunks, expected) => {
    expect(pushAll(createLineTimestamps('01O', constant), chunks)).toBe(expected);
  });

  it('tell when a line began', () => {
    let time = constant();
    const lines = createLineTimestamps('00E', () => time);
    lines.push(Buffer.from('a'));
    time += 1000;
    expect(Buffer.from(lines.push(Buffer.from('b\nc\n'))).toString()).toBe(
      '2023-11-14T22:13:20.000000Z 00E ab\n2023-11-14T22:13:21.000000Z 00E c\n',
    );
  });

  it.each([
    [1_700_000_000_000.25, '2023-11-14T22:13:20.000250Z'],
    [1_700_000_000_999.999, '2023-11-14T22:13:20.999999Z'],
    [1_700_000_000_001, '2023-11-14T22:13:20.001000Z'],
  ])('have microseconds: %d', (now, text) => {
    expect(
      pushAll(
        createLineTimestamps('01E', () => now),
        ['\n'],
      ),
    ).toBe(`${text} 01E \n`);
  });

  it.each([
    ['inside of a line', 'ab', true],
    ['where a line is continued', 'ab\r', true],
    ['behind a line', 'ab\n', false],
  ])('go on in another process %s', (_where, before, remembers) => {
    const first = createLineTimestamps('01O', constant);
    const head = Buffer.from(first.push(Buffer.from(before))).toString();
    expect(first.idle()).toBe(!remembers);
    const second = createLineTimestamps('01O', constant, {
      state: structuredClone(first.state()),
    });
    const whole = pushAll(createLineTimestamps('01O', constant), [before, 'c\nd']);
    expect(head + pushAll(second, ['c\nd'])).toBe(whole);
  });
});
