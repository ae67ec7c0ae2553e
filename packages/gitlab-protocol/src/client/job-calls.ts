import { judgeJobRequest, type JobRequestOutcome } from '../answers/judge-job-request.ts';
import { judgeJobUpdate, type JobUpdateOutcome } from '../answers/judge-job-update.ts';
import { judgeTracePatch, type TracePatchOutcome } from '../answers/judge-trace-patch.ts';
import type { Cancellable } from '../calls/cancellable.ts';
import type { DecodedReply } from '../calls/reply.ts';
import type { ApiCall } from '../calls/send-call.ts';
import type { StreamedBody } from '../transport/transport.ts';
import { jobUpdateBody, type JobUpdate } from '../wire/job-update.ts';
import { jsonCall } from './build-call.ts';
import { tellJobRequest, tellJobUpdate, tellTracePatch } from './call-lines.ts';
import { insertText } from './insert-text.ts';
import type { GitlabClientOptions } from './settings.ts';

/** By what the server knows a job. */
export interface JobKey {
  readonly id: number;
  /** The job's token; secret. */
  readonly token: string;
}

/** A piece of a trace, at most 1 MiB. */
export interface TracePiece {
  /** Of its first byte in the whole trace. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Whether the job's own debug mode shows secrets in its trace (`CI_DEBUG_TRACE`, `CI_DEBUG_SERVICES`). */
  readonly debug?: boolean;
  /** False: sent once, even when the server asks for another try; for servers that would append it twice. */
  readonly repeatable?: boolean;
}

/** Calls about jobs. They reject only when their signal aborts. */
export interface JobCalls {
  /** Asks for a job. The server may hold the request for as long as it likes; abort the signal to stop asking. */
  readonly requestJob: (options: Cancellable) => Promise<JobRequestOutcome>;
  /**
   * Tells the state of a job.
   * @param options - `trace` is the whole log as the inside of a JSON string, for servers that keep it only so
   */
  readonly updateJob: (
    job: JobKey,
    update: JobUpdate,
    options: Cancellable & { readonly trace?: StreamedBody },
  ) => Promise<JobUpdateOutcome>;
  readonly patchTrace: (
    job: JobKey,
    piece: TracePiece,
    options: Cancellable,
  ) => Promise<TracePatchOutcome>;
}

/** @param send - sends a call with all its tries */
export function createJobCalls(
  base: URL,
  options: Pick<GitlabClientOptions, 'info' | 'logger' | 'session' | 'systemId' | 'token'>,
  send: (call: ApiCall, options: Cancellable) => Promise<DecodedReply>,
): JobCalls {
  const { token, info, systemId, session, logger } = options;
  // The newest value of any answer; the server compares it with what it has to tell a news from a repetition.
  let lastUpdate: string | undefined;
  const sendJson: typeof send = async (call, how) => {
    const reply = await send(call, how);
    const newest = reply.headers['x-gitlab-last-update'] ?? '';
    if (newest !== '') lastUpdate = newest;
    return reply;
  };

  const requestJob: JobCalls['requestJob'] = async (how) => {
    const body = {
      info,
      token,
      ...(systemId === undefined ? {} : { system_id: systemId }),
      ...(lastUpdate === undefined ? {} : { last_update: lastUpdate }),
      ...(session === undefined ? {} : { session }),
    };
    const call = jsonCall({
      method: 'POST',
      url: new URL('jobs/request', base),
      headers: { 'runner-token': token },
      body,
      secrets: [token],
      decodes: 201,
      endpoint: 'request_job',
    });
    const outcome = judgeJobRequest(await sendJson(call, how));
    tellJobRequest(logger, outcome);
    return outcome;
  };

  const updateJob: JobCalls['updateJob'] = async (job, update, { signal, trace }) => {
    const { checksum = '', bytesize = 0 } = update.output ?? {};
    const fields = { job: job.id, checksum, bytesize };
    logger.info('Updating job...', fields);
    const call = jsonCall({
      method: 'PUT',
      url: new URL(`jobs/${job.id}`, base),
      headers: { 'job-token': job.token },
      body: jobUpdateBody(update, job.token, info),
      secrets: [job.token],
      endpoint: 'update_job',
    });
    const withTrace = trace === undefined ? call : insertText(call, 'trace', trace);
    const outcome = judgeJobUpdate(await sendJson(withTrace, { signal }));
    tellJobUpdate(logger, outcome, fields);
    return outcome;
  };

  const patchTrace: JobCalls['patchTrace'] = async (job, piece, how) => {
    const { offset, bytes, debug = false, repeatable = true } = piece;
    const end = offset + bytes.length;
    const range = `${offset}-${Math.max(offset, end - 1)}`;
    const url = new URL(`jobs/${job.id}/trace?debug_trace=${debug}`, base);
    const headers = {
      'job-token': job.token,
      'content-type': 'text/plain',
      'content-range': range,
    };
    const reply = await send(
      {
        request: { method: 'PATCH', url, headers, body: bytes },
        secrets: [job.token],
        endpoint: 'patch_trace',
        repeatable,
      },
      how,
    );
    const outcome = judgeTracePatch(reply, { start: offset, end });
    tellTracePatch(logger, outcome, { job: job.id, 'sent-log': range });
    return outcome;
  };

  return { requestJob, updateJob, patchTrace };
}
