import { once } from 'node:events';
import { createSystemClock } from '@millrace/async';
import { renderSections } from '@millrace/logstream';

/** A job's log on a terminal. */
export interface JobView {
  /** Takes bytes of the job log; slow terminals hold the job back. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Shows a job log: sections as headings, with their durations when they end. */
export function openJobView(stdout: NodeJS.WritableStream, color: boolean): JobView {
  const render = renderSections({ color, clock: createSystemClock() });
  const put = async (text: string | Uint8Array): Promise<void> => {
    if (text.length > 0 && !stdout.write(text)) await once(stdout, 'drain');
  };
  return { write: (bytes) => put(render.push(bytes)), end: () => put(render.end()) };
}
