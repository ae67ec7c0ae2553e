import { expect, it } from 'vitest';
import { createTimestamper } from './timestamper.ts';

const at = '2023-11-14T22:13:20.000000Z 01O';

it.each([
  ['every line has a header', ['a\nb\n'], `${at} a\n${at} b\n`],
  ['a partial line waits for its rest', ['a', 'b\nc'], `${at} ab\n${at} c\n`],
  [
    'a carriage return is shown at once',
    ['10%\r', '20%\r', 'done\nx\n'],
    `${at} 10%\r\n${at}+20%\r\n${at}+done\n${at} x\n`,
  ],
  ['a Windows line end is a line end', ['a\r\nb\n'], `${at} a\r\n${at} b\n`],
  ['an empty line is a line', ['\n'], `${at} \n`],
  ['what is held is a line in the end', ['a'], `${at} a\n`],
  [
    'a long partial line is not held',
    ['x'.repeat(8000), 'y'.repeat(200), 'z\n'],
    `${at} ${'x'.repeat(8000)}${'y'.repeat(200)}\n${at}+z\n`,
  ],
])('%s', (_behaviour, writes, expected) => {
  const stamper = createTimestamper('01O', () => 1_700_000_000_000);
  const bytes = [...writes.map((text) => stamper.write(Buffer.from(text))), stamper.close()];
  expect(Buffer.concat(bytes).toString()).toBe(expected);
});

it('tells when a line began', () => {
  let time = 1_700_000_000_000;
  const stamper = createTimestamper('00E', () => time);
  stamper.write(Buffer.from('a'));
  time += 1000;
  expect(Buffer.from(stamper.write(Buffer.from('b\n'))).toString()).toBe(
    '2023-11-14T22:13:20.000000Z 00E ab\n',
  );
});
