import type { Clock } from '@millrace/core';
import { BOLD_CYAN, RESET, completeLength, stripAnsi } from './ansi.ts';
import type { LogEvent } from './section-scanner.ts';
import { createSectionScanner } from './section-scanner.ts';

/** How sections are shown. */
export interface RenderOptions {
  /** Whether the terminal shows colours; without, control sequences of the log are removed too. */
  readonly color: boolean;
  /** Measures how long sections take while a job runs. Default: the markers' own times, in whole seconds. */
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/** Makes text for a terminal from a job log. */
export interface SectionRenderer {
  readonly push: (chunk: Uint8Array) => string;
  readonly end: () => string;
}

interface OpenSection {
  readonly title: string;
  readonly startedAt: number;
}

/**
 * Shows the sections of a job log as people read them: a heading where one starts, its duration where it ends. The
 * markers themselves are not shown. A section with the option `hide_duration=true` ends without a line.
 */
export function renderSections({ color, clock }: RenderOptions): SectionRenderer {
  const scanner = createSectionScanner();
  const decoder = new TextDecoder();
  const open = new Map<string, OpenSection>();
  let atLineStart = true;
  /** Beginning of a control sequence that is still to be completed. */
  let held = '';

  const write = (text: string): string => {
    if (text !== '') atLineStart = text.endsWith('\n');
    return text;
  };
  const plain = (text: string): string => {
    if (color) return write(text);
    const all = held + text;
    const complete = completeLength(all);
    held = all.slice(complete);
    return write(stripAnsi(all.slice(0, complete)));
  };
  const line = (text: string, style: string): string => {
    const newline = atLineStart ? '' : '\n';
    return write(`${newline}${color ? `${style}${text}${RESET}` : text}\n`);
  };
  const render = (event: LogEvent): string => {
    if (event.kind === 'bytes') return plain(decoder.decode(event.bytes, { stream: true }));
    const { name, options, time } = event.section;
    if (event.kind === 'section-start') {
      const header = stripAnsi(Buffer.from(event.header).toString()).trim();
      const title = header === '' ? name.replaceAll('_', ' ') : header;
      open.set(name, {
        title: options['hide_duration'] === 'true' ? '' : title,
        startedAt: clock?.monotonic() ?? time * 1000,
      });
      return line(`== ${title}`, BOLD_CYAN);
    }
    const section = open.get(name);
    open.delete(name);
    if (section === undefined || section.title === '') return '';
    const seconds = ((clock?.monotonic() ?? time * 1000) - section.startedAt) / 1000;
    return line(`-- ${section.title}: ${seconds.toFixed(1)} s`, DIM);
  };
  return {
    push: (chunk) => scanner.push(chunk).map(render).join(''),
    end: () => scanner.end().map(render).join('') + plain(decoder.decode()) + held,
  };
}

const DIM = '\u001B[2m';
