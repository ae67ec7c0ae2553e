import type { Clock, EmitRunEvent, RunEvent } from '@millrace/core';
import { createJobLog, gitlabStreams, type JobLog, type JobLogOptions } from '@millrace/logstream';
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
  /** The job's time limit; the last line names it when it was over. */
  readonly timeoutSeconds?: number;
  /** What else happens to the log's bytes: secrets, tokens, a limit; default: nothing. */
  readonly rules?: Omit<JobLogOptions, 'timestamps'>;
  /** Tells the time of sections; default: the system's. */
  readonly clock?: Pick<Clock, 'now'>;
  /** Takes the log's bytes; a slow taker slows the job's output down. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** Words a run as GitLab's job log. */
export interface JobTrace {
  /** Takes the events of one run in their order; hand it to whoever runs the plan. */
  readonly handle: EmitRunEvent;
  /** Takes an event that an earlier process has written: nothing is written, but what is open is known again. */
  readonly again: (event: RunEvent) => void;
  /** The log that is written: how far it has come, and from where another process can go on. */
  readonly log: Pick<JobLog, 'addSecrets' | 'position' | 'state'>;
}

/** Makes the job log of one run. */
export function createJobTrace(options: JobTraceOptions): JobTrace {
  const { clock = systemClock, rules, timestamps, write } = options;
  const trace = createTraceWords(options, () => Math.floor(clock.now() / 1000));
  const log = createJobLog({
    ...rules,
    timestamps: timestamps ? { now: () => clock.now() } : undefined,
  });
  const put = async (bytes: Uint8Array): Promise<void> => {
    if (bytes.length > 0) await write(bytes);
  };
  const say = (stream: string, text: string): Promise<void> => {
    const parts = text.split(markerEnd).map((part) => log.write(stream, Buffer.from(part)));
    return put(Buffer.concat(parts));
  };
  return {
    log,
    again: (event) => void trace.words(event),
    handle: async (event) => {
      if (event.type === 'output') return put(log.write(gitlabStreams.work, event.bytes));
      // GitLab Runner's scripts leave an empty line at their end.
      if (event.type === 'stage-finished') await say(gitlabStreams.work, '\n');
      const { runner, start } = gitlabStreams;
      await say(event.type === 'unit-waiting' ? start : runner, trace.words(event));
      if (event.type !== 'finished') return undefined;
      await put(log.endStreams());
      await say(runner, trace.last(event.result));
      return put(log.endStreams());
    },
  };
}

/** Markers of sections end so; each is written by itself, so that with timestamps it is a line of its own. */
const markerEnd = /(?<=\r\u001B\[0K)/;

const systemClock: Pick<Clock, 'now'> = { now: () => new Date().getTime() };
