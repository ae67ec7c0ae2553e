export { createGitlabJob, type GitlabJob } from './create-gitlab-job.ts';
export { gitlabFailure, type GitlabFailure } from './failure-reasons.ts';
export type { GitlabJobOptions } from './gitlab-job-options.ts';
export type { JobSettings } from './settings.ts';
export { createJobTrace, type JobTrace, type JobTraceOptions } from './trace/job-trace.ts';
export { jobLogSettings, type JobLogSettings, type LogConfiguration } from './log-settings.ts';
