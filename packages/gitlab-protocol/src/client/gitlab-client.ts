import { randomInt, randomUUID } from 'node:crypto';
import { apiBase } from '../api-base.ts';
import type { Cancellable } from '../calls/cancellable.ts';
import { sendCall, type ApiCall } from '../calls/send-call.ts';
import { createJobCalls, type JobCalls } from './job-calls.ts';
import { createRunnerCalls, type RunnerCalls } from './runner-calls.ts';
import type { GitlabClientOptions } from './settings.ts';

/** The runner's API of one GitLab server, for one runner. */
export interface GitlabClient extends RunnerCalls, JobCalls {}

/**
 * Opens nothing before the first call. Every call ends with an outcome that says what the answer means; failures of the
 * network are outcomes too.
 * @throws RunnerError `MILLRACE_E_GITLAB_URL` when the url is no `http` or `https` URL
 */
export function createGitlabClient(options: GitlabClientOptions): GitlabClient {
  const base = apiBase(options.url);
  const context = {
    transport: options.transport,
    userAgent: options.userAgent,
    clock: options.clock,
    logger: options.logger,
    metrics: options.metrics,
    random: options.random ?? systemFraction,
    requestId: options.requestId ?? ((): string => randomUUID().replaceAll('-', '')),
  };
  const send = (call: ApiCall, how: Cancellable): ReturnType<typeof sendCall> =>
    sendCall(call, context, how);
  return {
    ...createRunnerCalls(base, options, send),
    ...createJobCalls(base, options, send),
  };
}

const fractions = 2 ** 32;
const systemFraction = (): number => randomInt(fractions) / fractions;
