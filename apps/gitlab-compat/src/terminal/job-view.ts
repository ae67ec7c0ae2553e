import { createSystemClock } from '@millrace/async';
import { renderSections } from '@millrace/logstream';
import { isClosedPipe } from './closed-pipe.ts';

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
  const put = (text: string | Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      if (text.length === 0) resolve();
      else
        stdout.write(text, (error) =>
          error === undefined || error === null || isClosedPipe(error) ? resolve() : reject(error),
        );
    });
  return { write: (bytes) => put(render.push(bytes)), end: () => put(render.end()) };
}
