import type { Clock } from '@millrace/core';
import { openKeptLog, type KeptLog } from '@millrace/engine';
import { createJobTrace, type JobTraceOptions } from '@millrace/gitlab-job';
import { readTraceState, type TraceState } from '@millrace/gitlab-protocol';
import type { JobLogState } from '@millrace/logstream';

/** How the log is written: all but where to. */
export type JobLogOptions = Omit<JobTraceOptions, 'write' | 'clock'> & { readonly clock: Clock };

/** The log of a job as its server shows it, and where its upload stands. */
export type JobLogFile = KeptLog<TraceState>;

/**
 * Opens the log of a job, which another process can go on with.
 * @param folder - of this job alone
 */
export const openJobLogFile = (folder: string, options: JobLogOptions): Promise<JobLogFile> =>
  openKeptLog<JobLogState, TraceState>(folder, {
    readUpload: readTraceState,
    writer: ({ state, write }) => {
      const trace = createJobTrace({ ...options, rules: { ...options.rules, state }, write });
      return { handle: trace.handle, again: trace.again, state: () => trace.log.state() };
    },
  });
