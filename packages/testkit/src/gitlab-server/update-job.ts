import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import type { JsonValue } from '@millrace/core';
import { checkFields, isObject } from './check-fields.ts';
import { checkHeaders } from './check-headers.ts';
import { checkInfo } from './check-info.ts';
import type { Exchange, ServerAnswer } from './exchange.ts';
import type { Misbehaviour } from './gitlab-faults.ts';
import type { KeptJob } from './job-book.ts';
import { isJob, jobHeaders, jobOfWrite } from './job-writes.ts';
import { member, textMember } from './runner-routes.ts';
import type { ServerContext } from './server-context.ts';
import { formatChecksum } from './trace-store.ts';

/** The last one is what a runner says for a reason that the server does not know. */
const alwaysAccepted = [
  'script_failure',
  'runner_system_failure',
  'job_execution_timeout',
  'unknown_failure',
];

/** What a `PUT jobs/<id>` is: it takes the job, says that it is alive, or tells its result. */
export function updateKind(body: JsonValue | undefined): 'confirm' | 'final' | 'touch' {
  if (member(body, 'state') !== 'running') return 'final';
  const output = member(body, 'output');
  return isObject(output) && Object.keys(output).length > 0 ? 'touch' : 'confirm';
}

/**
 * `PUT jobs/<id>`
 * @param misbehaves - what a final update is to meet
 */
export function updateJob(
  exchange: Exchange,
  body: JsonValue | undefined,
  id: number,
  context: ServerContext,
  misbehaves: Misbehaviour['kind'] | undefined,
): ServerAnswer {
  const { violations } = context;
  const where = `update of job ${id}`;
  for (const fault of checkUpdate(where, exchange, body)) violations.add(fault);
  const job = jobOfWrite(where, exchange, id, context);
  if (!isJob(job)) return job;
  if (member(body, 'token') !== job.token) violations.add(`${where}: wrong token in the body`);
  if (!isDeepStrictEqual(member(body, 'info'), job.info))
    violations.add(`${where}: not from the runner that the job was given to`);
  const complain = (sentence: string): void => violations.add(`${where}: ${sentence}`);
  const kind = updateKind(body);
  if (kind !== 'final' && job.told !== undefined) complain(`running, after ${job.told}`);
  if (kind === 'confirm') return confirm(job, context, complain);
  const status =
    kind === 'touch'
      ? touch(job, body, context, complain)
      : conclude(job, body, context, misbehaves, complain);
  return { status, headers: jobHeaders(job, context) };
}

type Complain = (sentence: string) => void;

function confirm(job: KeptJob, context: ServerContext, complain: Complain): ServerAnswer {
  if (job.confirmed && job.excused === 0) complain('confirmed twice');
  if (job.tracedEarly && !job.confirmMayBeLost) complain('confirmed after a piece of its trace');
  job.excused = 0;
  markRunning(job, context);
  return { status: 200, headers: jobHeaders(job, context) };
}

function touch(
  job: KeptJob,
  body: JsonValue | undefined,
  context: ServerContext,
  complain: Complain,
): number {
  if (!job.confirmed && !job.confirmMayBeLost) complain('alive, but never confirmed');
  markRunning(job, context);
  const { checksum, bytesize } = outputOf(body, complain);
  const expected = prefixChecksum(job, bytesize);
  if (expected !== undefined && checksum !== expected)
    complain(`wrong checksum of the first ${bytesize} bytes`);
  return 200;
}

/** Whatever says `running` confirms. */
function markRunning(job: KeptJob, { jobs }: ServerContext): void {
  job.confirmed = true;
  if (job.state === 'assigned') jobs.move(job, 'running');
}

/** @returns the status of the answer */
function conclude(
  job: KeptJob,
  body: JsonValue | undefined,
  context: ServerContext,
  misbehaves: Misbehaviour['kind'] | undefined,
  complain: Complain,
): number {
  const state = member(body, 'state') === 'success' ? 'success' : 'failed';
  const reason = textMember(body, 'failure_reason');
  const exitCode = member(body, 'exit_code');
  if (state === 'success' && !job.confirmed && !job.confirmMayBeLost)
    complain('a success that was never confirmed');
  if (state === 'success' && (reason !== '' || exitCode !== undefined))
    complain('a success with a reason or an exit code');
  if (state === 'failed' && !acceptedReasons(job).includes(reason))
    complain(`failure_reason ${reason} is not accepted`);
  const code = typeof exitCode === 'number' ? exitCode : 0;
  const result = `${state} ${reason} ${code}`;
  if (job.told !== undefined && job.told !== result) complain(`${result}, after ${job.told}`);
  job.told = result;
  job.resending = false;

  const { checksum, bytesize } = outputOf(body, complain);
  const { trace } = job;
  // Without a checksum there is nothing to compare: a server takes the result.
  const isWhole = checksum === '' || (bytesize === trace.size() && checksum === trace.checksum());
  if (!isWhole && job.excused === 0)
    complain(
      `${bytesize} bytes, ${checksum}, where ${trace.size()} bytes, ${trace.checksum()} are there`,
    );
  if (misbehaves === 'forget-trace') trace.forget();
  if (!isWhole || misbehaves === 'forget-trace') {
    job.excused = Math.max(job.excused, 1);
    job.resending = true;
    return 412;
  }
  if (misbehaves === 'not-yet') return 202;
  job.excused = 0;
  job.endedByRunner = true;
  job.failureReason = reason === '' ? undefined : reason;
  job.exitCode = code;
  const text = trace.bytes();
  if (text !== undefined && !isUtf8(text)) complain('the trace is not UTF-8');
  context.jobs.move(job, job.state === 'canceling' ? 'canceled' : state);
  return 200;
}

function acceptedReasons({ payload }: KeptJob): readonly string[] {
  const reasons = member(payload['features'], 'failure_reasons');
  return [...alwaysAccepted, ...(Array.isArray(reasons) ? reasons.map(String) : [])];
}

/** The checksum of a beginning, as far as the server can know it: not of what is still to come, nor from a digest. */
function prefixChecksum({ trace }: KeptJob, length: number): string | undefined {
  if (length === trace.size()) return trace.checksum();
  const bytes = trace.bytes();
  if (bytes === undefined || length > bytes.length) return undefined;
  return formatChecksum(crc32(bytes.subarray(0, length)));
}

function outputOf(
  body: JsonValue | undefined,
  complain: Complain,
): { readonly checksum: string; readonly bytesize: number } {
  const output = member(body, 'output');
  const checksum = textMember(output, 'checksum');
  if (!/^crc32:[0-9a-f]{8}$/.test(checksum)) complain('no checksum');
  if (textMember(body, 'checksum') !== checksum) complain('checksum differs from output.checksum');
  return { checksum, bytesize: Number(member(output, 'bytesize') ?? 0) };
}

function checkUpdate(
  where: string,
  exchange: Exchange,
  body: JsonValue | undefined,
): readonly string[] {
  const state = textMember(body, 'state');
  return [
    ...checkHeaders(where, exchange, { contentType: 'application/json', accept: false }),
    ...checkFields(where, body, {
      info: 'object',
      token: 'text',
      state: 'text',
      failure_reason: 'text?',
      checksum: 'text?',
      output: 'object',
      exit_code: 'integer?',
    }),
    ...checkFields(`${where}: output`, member(body, 'output'), {
      checksum: 'text?',
      bytesize: 'integer?',
    }),
    ...checkInfo(where, member(body, 'info'), 'running'),
    ...(['running', 'success', 'failed'].includes(state)
      ? []
      : [`${where}: state ${state} is none`]),
  ];
}
