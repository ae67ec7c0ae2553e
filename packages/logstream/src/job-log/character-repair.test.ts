import { describe, expect, it } from 'vitest';
import { seededNumbers, testSeed } from '../seeded-numbers.test.helper.ts';
import { createCharacterRepair } from './character-repair.ts';
import { pushAll } from './push-all.test.helper.ts';

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const single = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from(bytes, (byte) => Uint8Array.of(byte));

describe('characters', () => {
  it.each([
    ['that are valid stay', '61 c3a4 e282ac f09f9880', 'aä€😀'],
    [
      'at the borders of their forms stay',
      'c280 e0a080 ed9fbf ee8080 f0908080 f48fbfbf',
      '\u0080\u0800\uD7FF\uE000\u{10000}\u{10FFFF}',
    ],
    ['line ends stay', '0d0a 0d 0a', '\r\n\r\n'],
    ['zero stays', '61 00 62', 'a\0b'],
    ['a byte that is none becomes one mark', 'ff 61 80', '\uFFFDa\uFFFD'],
    ['each byte of a broken one becomes a mark', 'e282 41', '\uFFFD\uFFFDA'],
    ['a broken one may be followed by a whole one', 'e2 c3a4', '\uFFFDä'],
    ['longer forms than needed are none', 'c0af e08080 f0808080', '\uFFFD'.repeat(9)],
    ['surrogates are none', 'eda080', '\uFFFD\uFFFD\uFFFD'],
    ['beyond Unicode is nothing', 'f4908080 f5', '\uFFFD'.repeat(5)],
    ['an unfinished one at the end becomes marks', '61 f09f98', 'a\uFFFD\uFFFD\uFFFD'],
  ])('%s, however the bytes arrive', (_behaviour, hex, expected) => {
    expect(pushAll(createCharacterRepair(), [bytesOf(hex)])).toBe(expected);
    expect(pushAll(createCharacterRepair(), single(bytesOf(hex)))).toBe(expected);
  });

  it('are held back only while they can be completed', () => {
    const repair = createCharacterRepair();
    const push = (hex: string): string => Buffer.from(repair.push(bytesOf(hex))).toString();
    expect([push('61 e2'), push('82'), push('ac'), push('e0'), push('80')]).toEqual([
      'a',
      '',
      '€',
      '',
      '\uFFFD\uFFFD',
    ]);
    expect(repair.idle()).toBe(true);
  });

  it('go on in another process', () => {
    const first = createCharacterRepair();
    first.push(bytesOf('f09f'));
    const state = structuredClone(first.state());
    expect(pushAll(createCharacterRepair({ state }), [bytesOf('9880')])).toBe('😀');
  });

  it('are what a strict decoder accepts, in any bytes', () => {
    const seed = testSeed(process.env);
    const numbers = seededNumbers(seed);
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const isCharacter = (bytes: Uint8Array): boolean => {
      try {
        return Array.from(decoder.decode(bytes)).length === 1;
      } catch {
        return false;
      }
    };
    const choice = [
      0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xe1, 0xed, 0xf0, 0xf1, 0xf4,
      0xf5,
    ];
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from({ length: 12 }, () => choice[numbers(choice.length)] ?? 0);
      let expected = '';
      for (let at = 0; at < bytes.length;) {
        const length = [1, 2, 3, 4].find((size) => isCharacter(bytes.subarray(at, at + size)));
        expected +=
          length === undefined ? '\uFFFD' : decoder.decode(bytes.subarray(at, at + length));
        at += length ?? 1;
      }
      const which = { seed, round, bytes: Buffer.from(bytes).toString('hex') };
      const whole = pushAll(createCharacterRepair(), [bytes]);
      const parts = pushAll(createCharacterRepair(), single(bytes));
      expect({ ...which, whole, parts }).toEqual({ ...which, whole: expected, parts: expected });
    }
  });
});
