import { createSystemClock } from '@millrace/async';
import { writeOut } from '@millrace/command-line';
import { renderSections } from '@millrace/logstream';

/** A job's log on a terminal. */
export interface JobView {
  /** Takes bytes of the job log; slow terminals hold the job back. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly end: () => Promise<void>;
}

/**
 * Shows a job log: sections as headings, with their durations when they end. A reader that is gone (`| head`) is no
 * failure of the log, any other trouble with the output is.
 */
export function openJobView(stdout: NodeJS.WritableStream, color: boolean): JobView {
  const render = renderSections({ color, clock: createSystemClock() });
  return {
    write: (bytes) => writeOut(stdout, render.push(bytes)),
    end: () => writeOut(stdout, render.end()),
  };
}
