import { checkHeaders } from './check-headers.ts';
import type { Exchange, ServerAnswer } from './exchange.ts';
import type { KeptJob } from './job-book.ts';
import { isJob, jobHeaders, jobOfWrite } from './job-writes.ts';
import type { ServerContext } from './server-context.ts';

const mostPieceBytes = 1_048_576;

/** `PATCH jobs/<id>/trace` */
export function patchTrace(
  exchange: Exchange,
  bytes: Buffer,
  id: number,
  context: ServerContext,
): ServerAnswer {
  const { violations } = context;
  const where = `trace of job ${id}`;
  const range = readRange(exchange.headers['content-range']);
  const faults = [
    ...checkHeaders(where, exchange, { contentType: 'text/plain', accept: false }),
    ...checkPiece(where, exchange, bytes, range),
  ];
  for (const fault of faults) violations.add(fault);
  const job = jobOfWrite(where, exchange, id, context);
  if (!isJob(job)) return job;
  if (job.told !== undefined && !job.resending && job.excused === 0)
    violations.add(`${where}: a piece after the final update`);
  if (!job.confirmed) job.tracedEarly = true;
  const size = job.trace.size();
  if (range === undefined) return { status: 400, headers: jobHeaders(job, context) };
  const matches = range.start === size;
  if (!matches && job.excused === 0)
    violations.add(`${where}: piece from ${range.start}, where ${size} bytes are there`);
  job.excused = matches ? Math.max(0, job.excused - 1) : 0;
  if (matches) {
    job.trace.append(bytes);
    context.jobs.traced(job);
  }
  return { status: matches ? 202 : 416, headers: rangeHeaders(job, context) };
}

const rangeHeaders = (job: KeptJob, context: ServerContext): Readonly<Record<string, string>> => ({
  ...jobHeaders(job, context),
  range: `0-${job.trace.size()}`,
});

interface PieceRange {
  readonly start: number;
  readonly last: number;
}

function readRange(header: unknown): PieceRange | undefined {
  const [, start, last] = /^(\d+)-(\d+)$/.exec(String(header)) ?? [];
  return start === undefined ? undefined : { start: Number(start), last: Number(last) };
}

function checkPiece(
  where: string,
  { headers, query }: Exchange,
  bytes: Buffer,
  range: PieceRange | undefined,
): readonly string[] {
  const faults: string[] = [];
  if (!/^(true|false)$/.test(query.get('debug_trace') ?? ''))
    faults.push(`${where}: no debug_trace`);
  if (bytes.length === 0) faults.push(`${where}: an empty piece`);
  if (bytes.length > mostPieceBytes) faults.push(`${where}: a piece of ${bytes.length} bytes`);
  if (headers['content-length'] !== String(bytes.length))
    faults.push(`${where}: Content-Length is not the length of the piece`);
  if (range === undefined) faults.push(`${where}: bad Content-Range`);
  else if (range.last - range.start + 1 !== bytes.length)
    faults.push(`${where}: Content-Range is not that of ${bytes.length} bytes`);
  return faults;
}
