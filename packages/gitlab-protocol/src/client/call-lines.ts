import type { LogFields, Logger } from '@millrace/core';
import type { JobRequestOutcome } from '../answers/judge-job-request.ts';
import type { JobUpdateOutcome } from '../answers/judge-job-update.ts';
import type { TracePatchOutcome } from '../answers/judge-trace-patch.ts';

type Level = Exclude<keyof Logger, 'child'>;
type Line = readonly [Level, string];

/** GitLab Runner's words in its own log, which tools look for. Some have a blank before the result and some have none. */
const jobRequestLines: Readonly<Record<JobRequestOutcome['kind'], Line>> = {
  job: ['info', 'Checking for jobs... received'],
  none: ['debug', 'Checking for jobs...no content'],
  forbidden: ['error', 'Checking for jobs... forbidden'],
  unavailable: ['warn', 'Checking for jobs... GitLab instance currently unavailable'],
  conflict: ['warn', 'Checking for jobs... failed'],
  rate_limited: ['warn', 'Checking for jobs... failed'],
  failed: ['warn', 'Checking for jobs... failed'],
};

const jobUpdateLines: Readonly<Record<JobUpdateOutcome['kind'], Line>> = {
  succeeded: ['info', 'ok'],
  accepted: ['info', 'accepted, but not yet completed'],
  trace_invalid: ['info', 'trace validation failed'],
  abort: ['warn', 'job failed'],
  not_found: ['warn', 'not found'],
  failed: ['warn', 'failed'],
};

const tracePatchLines: Readonly<Record<TracePatchOutcome['kind'], Line>> = {
  accepted: ['debug', 'ok'],
  abort: ['warn', 'aborted'],
  not_found: ['warn', 'not-found'],
  range_mismatch: ['warn', 'range mismatch'],
  failed: ['warn', 'failed'],
};

/** Tells what came of a job request. */
export function tellJobRequest(logger: Logger, outcome: JobRequestOutcome): void {
  const [level, message] = jobRequestLines[outcome.kind];
  const { correlationId, text } = outcome.reply;
  logger[level](message, {
    ...(outcome.kind === 'job' ? { job: outcome.job.id } : {}),
    ...(outcome.kind === 'job' || outcome.kind === 'none' ? {} : { status: text }),
    correlation_id: correlationId,
  });
}

/** Tells what came of an update of a job. */
export function tellJobUpdate(logger: Logger, outcome: JobUpdateOutcome, job: LogFields): void {
  const [level, result] = jobUpdateLines[outcome.kind];
  logger[level](`Submitting job to coordinator...${result}`, { ...job, ...signalFields(outcome) });
  tellBadInterval(logger, outcome);
}

/** Tells what came of a piece of a trace. */
export function tellTracePatch(logger: Logger, outcome: TracePatchOutcome, job: LogFields): void {
  const [level, result] = tracePatchLines[outcome.kind];
  logger[level](`Appending trace to coordinator...${result}`, { ...job, ...signalFields(outcome) });
  tellBadInterval(logger, outcome);
}

function signalFields(outcome: JobUpdateOutcome | TracePatchOutcome): LogFields {
  const { reply, jobStatus, interval } = outcome;
  return {
    code: reply.status,
    ...(reply.error === undefined ? {} : { status: reply.text }),
    ...(jobStatus === undefined ? {} : { 'job-status': jobStatus }),
    ...(interval === undefined ? {} : { 'update-interval': `${interval / 1000}s` }),
    correlation_id: reply.correlationId,
  };
}

function tellBadInterval(
  logger: Logger,
  { badInterval }: JobUpdateOutcome | TracePatchOutcome,
): void {
  if (badInterval === undefined) return;
  logger.warn('Failed to parse X-GitLab-Trace-Update-Interval header', {
    'header-value': badInterval,
  });
}
