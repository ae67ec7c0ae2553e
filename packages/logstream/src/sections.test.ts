import { describe, expect, it } from 'vitest';
import { BOLD_CYAN, CLEAR, RESET, stripAnsi } from './ansi.ts';
import { renderSections } from './render-sections.ts';
import { sectionEnd, sectionStart } from './section-marker.ts';
import { createSectionScanner } from './section-scanner.ts';

/** Events of a log as short text; bytes that arrive in parts are joined. */
const scan = (chunks: readonly Uint8Array[]): string => {
  const scanner = createSectionScanner();
  return [...chunks.flatMap((chunk) => scanner.push(chunk)), ...scanner.end()]
    .map((event) => {
      if (event.kind === 'bytes') return Buffer.from(event.bytes).toString('latin1');
      const { name, time, options } = event.section;
      return event.kind === 'section-end'
        ? `<end ${name} ${time}>`
        : `<start ${name} ${time} ${JSON.stringify(options)} ${Buffer.from(event.header).toString('latin1')}>`;
    })
    .join('');
};

const bytewise = (text: string): readonly Uint8Array[] =>
  Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte));

describe('section markers', () => {
  it('are written as GitLab writes them', () => {
    expect(sectionStart('a', 1, { collapsed: 'true', hide_duration: 'true' })).toBe(
      'section_start:1:a[collapsed=true,hide_duration=true]\r\u001B[0K',
    );
    expect(sectionStart('a', 1)).toBe('section_start:1:a\r\u001B[0K');
    expect(sectionEnd('a', 2)).toBe('section_end:2:a\r\u001B[0K');
  });

  it.each([
    [
      'are found in a line',
      `x${sectionStart('a', 1, { k: 'v' })}Title\nbody\n${sectionEnd('a', 2)}y`,
      'x<start a 1 {"k":"v"} Title>body\n<end a 2>y',
    ],
    [
      'may follow each other',
      `${sectionEnd('a', 1)}${sectionStart('b', 2)}T\n`,
      '<end a 1><start b 2 {} T>',
    ],
    ['may have no header', `${sectionStart('a', 1)}\n`, '<start a 1 {} >'],
    ['end a header', `${sectionStart('a', 1)}T${sectionEnd('a', 2)}`, '<start a 1 {} T><end a 2>'],
    ['may be the last', sectionStart('a', 1), '<start a 1 {} >'],
    ['that are cut are output', 'section_start:1:a', 'section_start:1:a'],
    [
      'that are malformed are output',
      'section_start:x:a\r\u001B[0Ky\n',
      'section_start:x:a\r\u001B[0Ky\n',
    ],
    ['cannot span lines', 'section_start:1:\na\r\u001B[0K', 'section_start:1:\na\r\u001B[0K'],
    [
      'are found after a false start',
      `section_section_${sectionEnd('a', 1)}`,
      'section_section_<end a 1>',
    ],
    [
      'have a bounded header',
      `${sectionStart('a', 1)}${'h'.repeat(1030)}\n`,
      `<start a 1 {} ${'h'.repeat(1024)}>${'h'.repeat(6)}\n`,
    ],
    [
      'are bounded',
      `section_start:1:${'a'.repeat(600)}\r\u001B[0K`,
      `section_start:1:${'a'.repeat(600)}\r\u001B[0K`,
    ],
  ])('%s, however the bytes arrive', (_behaviour, log, expected) => {
    expect(scan([Buffer.from(log)])).toBe(expected);
    expect(scan(bytewise(log))).toBe(expected);
  });

  it('hold nothing back that cannot be one', () => {
    const scanner = createSectionScanner();
    const [event] = scanner.push(Buffer.from('50% sectio'));
    expect(event?.kind === 'bytes' && Buffer.from(event.bytes).toString()).toBe('50% ');
  });
});

describe('rendering', () => {
  const log =
    `${CLEAR}Running${RESET}\n` +
    `${sectionStart('step_script', 0)}${CLEAR}${BOLD_CYAN}Executing "ü"${RESET}${RESET}\nbody ü\n${sectionEnd('step_script', 0)}` +
    `${sectionStart('section_quiet', 0, { hide_duration: 'true' })}$ a\nb${sectionEnd('section_quiet', 0)}${sectionEnd('other', 0)}` +
    `${sectionStart('no_title', 0)}\nend`;

  const render = (color: boolean, chunks: readonly Uint8Array[]): string => {
    let time = 0;
    const renderer = renderSections({ color, clock: { monotonic: () => (time += 1500) } });
    return chunks.map((chunk) => renderer.push(chunk)).join('') + renderer.end();
  };

  it('makes headings, and durations where sections end', () => {
    const expected = [
      'Running',
      '== Executing "ü"',
      'body ü',
      '-- Executing "ü": 1.5 s',
      '== $ a',
      'b',
      '== no title',
      'end',
    ].join('\n');
    expect(render(false, [Buffer.from(log)])).toBe(expected);
    expect(render(false, bytewise(log))).toBe(expected);
  });

  it('takes durations from the markers when there is no clock', () => {
    const renderer = renderSections({ color: false });
    const old = `${sectionStart('a', 100)}A\n${sectionEnd('a', 107)}`;
    expect(renderer.push(Buffer.from(old)) + renderer.end()).toBe('== A\n-- A: 7.0 s\n');
  });

  it('keeps the colours of the log and colours headings when asked to', () => {
    const text = render(true, bytewise(log));
    expect(text).toContain(`${CLEAR}Running${RESET}\n${BOLD_CYAN}== Executing "ü"${RESET}\n`);
    expect(stripAnsi(text)).toBe(render(false, [Buffer.from(log)]));
  });
});

describe('stripping', () => {
  it.each([
    ['colours', '\u001B[32;1mok\u001B[0;m', 'ok'],
    ['titles of windows', '\u001B]0;title\u0007a\u001B]8;;u\u001B\\b', 'ab'],
    ['short escapes', '\u001B(Ba\u001B7', 'a'],
    ['nothing else', 'a [0K b', 'a [0K b'],
  ])('removes %s', (_what, text, expected) => {
    expect(stripAnsi(text)).toBe(expected);
  });
});
