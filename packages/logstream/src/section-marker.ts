import { CLEAR } from './ansi.ts';

/** Options of a section, `[collapsed=true,hide_duration=true]`. */
export type SectionOptions = Readonly<Record<string, string>>;

/** A marker that opens or closes a section of a job log. */
export interface SectionMarker {
  readonly edge: 'start' | 'end';
  readonly name: string;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly options: SectionOptions;
}

/** Marker that opens a section; what follows on its line is the section's header. */
export function sectionStart(name: string, time: number, options: SectionOptions = {}): string {
  const list = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  const bracket = list.length === 0 ? '' : `[${list.join(',')}]`;
  return `section_start:${time}:${name}${bracket}\r${CLEAR}`;
}

/** Marker that closes a section. */
export function sectionEnd(name: string, time: number): string {
  return `section_end:${time}:${name}\r${CLEAR}`;
}

/** How every marker begins. */
export const MARKER_PREFIX = 'section_';
/** How every marker ends. */
export const MARKER_SUFFIX = '\r\u001B[0K';
/** No marker is longer, in bytes. */
export const MARKER_LIMIT = 512;

const form = /^section_(start|end):(\d{1,15}):([\w.-]+)(?:\[([^\]\r\n]*)\])?$/;

/** The marker of a text without {@link MARKER_SUFFIX}; undefined when it is none. */
export function parseMarker(text: string): SectionMarker | undefined {
  const [whole, edge, time, name, options = ''] = form.exec(text) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  return {
    edge: edge === 'start' ? 'start' : 'end',
    name,
    time: Number(time),
    options: Object.fromEntries(
      options.split(',').flatMap((option) => {
        const [key = '', value = ''] = option.split('=', 2);
        return key === '' ? [] : [[key.trim(), value.trim()]];
      }),
    ),
  };
}
