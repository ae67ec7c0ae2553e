import type { Reply } from '../calls/reply.ts';

/** What the server says beside its answer about the job that an answer belongs to. */
export interface JobSignals {
  /** `Job-Status` as sent. */
  readonly jobStatus: string | undefined;
  /** The user asked to cancel: end the script, run what comes after it, report. */
  readonly cancelRequested: boolean;
  /** The job is over on the server: it was canceled at once, or failed there. */
  readonly over: boolean;
  /** Milliseconds until the next update, where the server asks for them. */
  readonly interval: number | undefined;
  /** `X-GitLab-Trace-Update-Interval` as sent, where it is no number. */
  readonly badInterval: string | undefined;
}

/** `cancelled` is AlloyCI's spelling; GitLab never sends it. */
const overStatuses: readonly string[] = ['canceled', 'failed', 'cancelled'];

/** Longest pause between two updates that a server may ask for. */
const longestInterval = 900_000;

/** Reads `Job-Status` and `X-GitLab-Trace-Update-Interval`, which come with any status. */
export function jobSignals({ headers }: Pick<Reply, 'headers'>): JobSignals {
  const jobStatus = headers['job-status'];
  const written = headers['x-gitlab-trace-update-interval'];
  const seconds = written === undefined ? undefined : integer(written);
  return {
    jobStatus,
    cancelRequested: jobStatus === 'canceling',
    over: jobStatus !== undefined && overStatuses.includes(jobStatus),
    interval:
      seconds === undefined || seconds <= 0 ? undefined : Math.min(seconds * 1000, longestInterval),
    badInterval: written !== undefined && seconds === undefined ? written : undefined,
  };
}

/** A decimal integer, sign allowed; undefined for anything else. */
export function integer(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : undefined;
}
