import type { Clock, EmitRunEvent } from '@millrace/core';
import {
  plainStreams,
  timestampedStreams,
  type LogStream,
  type LogStreams,
} from './log-streams.ts';
import { createTraceWords } from './trace-words.ts';

/** How a job log is written. */
export interface JobTraceOptions {
  readonly runnerName: string;
  readonly version: string;
  readonly revision: string;
  readonly shortToken: string;
  readonly systemId: string;
  /** Whether every line begins with its time and stream (`FF_TIMESTAMPS`). */
  readonly timestamps: boolean;
  readonly executorName: string;
  /** Tells the time of sections; default: the system's. */
  readonly clock?: Pick<Clock, 'now'>;
  /** Takes the log's bytes; a slow taker slows the job's output down. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** Words a run as GitLab's job log. */
export interface JobTrace {
  /** Takes the events of one run in their order; hand it to whoever runs the plan. */
  readonly handle: EmitRunEvent;
}

/** Makes the job log of one run. */
export function createJobTrace(options: JobTraceOptions): JobTrace {
  const { clock = systemClock, timestamps, write } = options;
  const trace = createTraceWords(options, () => Math.floor(clock.now() / 1000));
  const newStreams = (): LogStreams =>
    timestamps ? timestampedStreams(() => clock.now()) : plainStreams();
  const streams = newStreams();
  const put = async (bytes: Uint8Array): Promise<void> => {
    if (bytes.length > 0) await write(bytes);
  };
  const say = (to: LogStreams, stream: LogStream, text: string): Promise<void> =>
    put(to.write(stream, Buffer.from(text)));
  return {
    handle: async (event) => {
      if (event.type === 'output') return put(streams.write('work', event.bytes));
      // GitLab Runner's scripts leave an empty line at their end.
      if (event.type === 'stage-finished') await say(streams, 'work', '\n');
      await say(streams, event.type === 'unit-waiting' ? 'start' : 'runner', trace.words(event));
      if (event.type !== 'finished') return undefined;
      await put(streams.close());
      const last = newStreams();
      await say(last, 'runner', trace.last(event.result));
      return put(last.close());
    },
  };
}

const systemClock: Pick<Clock, 'now'> = { now: () => new Date().getTime() };
