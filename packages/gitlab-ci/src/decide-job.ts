import type { PipelineJob } from './pipeline.ts';

/** How a job ended. One that failed where failure is allowed counts as `success` here. */
export type JobOutcome = 'success' | 'failed' | 'skipped';

/**
 * Whether a job of a whole pipeline may start, given how others ended. Manual jobs are skipped: they run only by name.
 * GitLab: with stages, `on_success` takes skipped jobs for granted; with `needs`, a skipped job skips those that need it.
 */
export function decideJob(
  job: PipelineJob,
  outcomes: ReadonlyMap<string, JobOutcome>,
): 'wait' | 'run' | 'skip' {
  if (job.when === 'manual') return 'skip';
  const before = job.after.map((name) => outcomes.get(name));
  if (before.includes(undefined)) return 'wait';
  const failed = before.includes('failed');
  switch (job.when) {
    case 'always':
      return 'run';
    case 'on_failure':
      return failed ? 'run' : 'skip';
    case 'on_success':
    case 'delayed':
      return failed || (job.hasNeeds && before.includes('skipped')) ? 'skip' : 'run';
  }
}

/** The outcome of a job that ended with this exit code; `allow_failure` turns some failures into warnings. */
export function outcomeOf(job: PipelineJob, exitCode: number): JobOutcome {
  const { allowFailure } = job;
  if (exitCode === 0) return 'success';
  const allowed =
    typeof allowFailure === 'boolean' ? allowFailure : allowFailure.exitCodes.includes(exitCode);
  return allowed ? 'success' : 'failed';
}
