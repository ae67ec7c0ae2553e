import { sectionEnd, sectionStart } from '@millrace/logstream';
import { logLines } from './log-lines.ts';

/** Sections of a job log: one after another, never inside each other. */
export interface SectionWriter {
  readonly current: () => string | undefined;
  /** Text that closes what is open and opens a section with its title; none when it is open already. */
  readonly open: (name: string, title: string) => string;
  readonly close: () => string;
}

/** @param now - seconds since the epoch */
export function createSectionWriter(now: () => number): SectionWriter {
  let current: string | undefined;
  const close = (): string => {
    const name = current;
    current = undefined;
    return name === undefined ? '' : sectionEnd(name, now());
  };
  return {
    current: () => current,
    open: (name, title) => {
      if (name === current) return '';
      const end = close();
      current = name;
      return `${end}${sectionStart(name, now())}${logLines.title(title)}`;
    },
    close,
  };
}
