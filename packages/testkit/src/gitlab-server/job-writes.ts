import type { Exchange, ServerAnswer } from './exchange.ts';
import { isEnded, type KeptJob, type ServerJobState } from './job-book.ts';
import type { ServerContext } from './server-context.ts';

/** Writes that a client may make before it has understood that the server ended its job: one to learn it, the rest of the trace, the result. */
const writesToLearn = 3;

/** `Job-Status`, and how long to wait before the next update. */
export function jobHeaders(
  job: KeptJob,
  { updateInterval }: ServerContext,
): Readonly<Record<string, string>> {
  return {
    'job-status': wireStatus(job.state),
    ...(updateInterval === undefined
      ? {}
      : { 'x-gitlab-trace-update-interval': String(updateInterval) }),
  };
}

/** An unconfirmed job is running to the outside. */
const wireStatus = (state: ServerJobState): string => (state === 'assigned' ? 'running' : state);

/** The job of a write; otherwise the answer to it. Notes what is wrong with the write itself. */
export function jobOfWrite(
  where: string,
  exchange: Exchange,
  id: number,
  context: ServerContext,
): KeptJob | ServerAnswer {
  const { jobs, violations } = context;
  const job = jobs.find(id);
  if (job === undefined) {
    violations.add(`${where}: there is no job ${id}`);
    return { status: 404, json: { message: '404 Not Found' } };
  }
  if (exchange.headers['job-token'] !== job.token) {
    violations.add(`${where}: wrong JOB-TOKEN`);
    return { status: 403, json: { message: '403 Forbidden' } };
  }
  if (job.state === 'pending') violations.add(`${where}: job ${id} was given to nobody`);
  if (job.writing > 1) violations.add(`${where}: two writers at job ${id} at the same time`);
  return isEnded(job) ? refuseLateWrite(where, job, context) : job;
}

/** Whether {@link jobOfWrite} found a job. */
export const isJob = (found: KeptJob | ServerAnswer): found is KeptJob => 'trace' in found;

function refuseLateWrite(where: string, job: KeptJob, context: ServerContext): ServerAnswer {
  job.writesAfterEnd += 1;
  const isInnocent = job.endedByRunner ? job.excused > 0 : job.writesAfterEnd <= writesToLearn;
  if (!isInnocent) context.violations.add(`${where}: job ${job.id} has ended (${job.state})`);
  return {
    status: 403,
    headers: jobHeaders(job, context),
    json: { message: '403 Forbidden  - Job is not running' },
  };
}
