import type { JsonValue } from '@millrace/core';
import { answer, readBody, reset, type Exchange, type ServerAnswer } from './exchange.ts';
import type { GitRoutes } from './git/git-routes.ts';
import type { CallName, FaultBook, Misbehaviour } from './gitlab-faults.ts';
import { patchTrace } from './patch-trace.ts';
import { requestJob } from './request-job.ts';
import { findRoute, type FoundRoute } from './routes.ts';
import type { ServerContext } from './server-context.ts';
import { updateJob, updateKind } from './update-job.ts';

/** One request of the runner's API, and what became of it. */
export interface SeenCall {
  readonly call: CallName;
  readonly job: number | undefined;
  /** `reset`: no answer; `lost`: carried out, no answer. */
  readonly outcome: number | 'lost' | 'reset';
}

/** What handling needs. */
export interface HandlerContext extends ServerContext {
  readonly faults: FaultBook;
  readonly git: GitRoutes;
  readonly seen: (call: SeenCall) => void;
}

/** Answers one request, or misbehaves as it was told. */
export async function handleRequest(exchange: Exchange, context: HandlerContext): Promise<void> {
  const { git, faults, violations } = context;
  if (git.handles(exchange)) {
    const fault = faults.take({ call: 'git', job: undefined }, ['answer', 'reset']);
    if (fault === undefined) return git.serve(exchange);
    exchange.request.resume();
    misbehave(exchange, fault.misbehaviour);
    return;
  }
  const route = findRoute(exchange.method, exchange.path);
  if (route === undefined) {
    violations.add(`${exchange.method} ${exchange.path}: there is no such call`);
    exchange.request.resume();
    answer(exchange, { status: 404, json: { error: '404 Not Found' } });
    return;
  }
  const done = noteWriter(exchange, route, context);
  try {
    await handleCall(exchange, route, context);
  } finally {
    done();
  }
}

async function handleCall(
  exchange: Exchange,
  route: FoundRoute,
  context: HandlerContext,
): Promise<void> {
  const { faults, seen } = context;
  const { job } = route;
  const slow = faults.take({ call: route.call, job }, ['slow-reader'])?.misbehaviour;
  const bytes = await readBody(
    exchange.request,
    slow?.kind === 'slow-reader' ? slow.bytesPerTurn : undefined,
  );
  const body = route.isJson ? parse(bytes, exchange, context) : undefined;
  const call = route.call ?? updateKind(body);
  if (faults.isDropped({ call, job })) {
    seen({ call, job, outcome: 'reset' });
    reset(exchange);
    return;
  }
  const fault = faults.take({ call, job }, [
    'answer',
    'forget-trace',
    'hold',
    'lose-answer',
    'not-yet',
    'reset',
  ]);
  const misbehaviour = fault?.misbehaviour;
  if (call === 'confirm' && fault !== undefined) noteLostConfirm(job, context);
  if (misbehaviour?.kind === 'hold') {
    await fault?.removed;
    // Whoever asked has gone; what was held is dropped with the connection.
    if (!exchange.isOpen()) {
      seen({ call, job, outcome: 'reset' });
      return;
    }
  }
  if (misbehaviour?.kind === 'answer' || misbehaviour?.kind === 'reset') {
    // Told such a thing, a client may send again what is there, or leave out what is not.
    if (misbehaviour.kind === 'answer' && [403, 404, 412, 416].includes(misbehaviour.status))
      excuse(job, context);
    seen({ call, job, outcome: misbehaviour.kind === 'reset' ? 'reset' : misbehaviour.status });
    misbehave(exchange, misbehaviour);
    return;
  }
  const reply = await carryOut(exchange, route, { bytes, body }, context, misbehaviour?.kind);
  if (misbehaviour?.kind !== 'lose-answer') {
    seen({ call, job, outcome: reply.status });
    answer(exchange, reply);
    return;
  }
  excuse(job, context);
  const { status } = misbehaviour;
  seen({ call, job, outcome: 'lost' });
  if (status === undefined) reset(exchange);
  else answer(exchange, { status });
}

async function carryOut(
  exchange: Exchange,
  route: FoundRoute,
  sent: { readonly bytes: Buffer; readonly body: JsonValue | undefined },
  context: HandlerContext,
  misbehaves: Misbehaviour['kind'] | undefined,
): Promise<ServerAnswer> {
  if (route.handle !== undefined) return route.handle(exchange, sent.body, context);
  if (route.job === undefined) return requestJob(exchange, sent.body, context);
  return route.isJson
    ? updateJob(exchange, sent.body, route.job, context, misbehaves)
    : patchTrace(exchange, sent.bytes, route.job, context);
}

/** Counts a writer of a job until its request is done or its connection has ended. */
function noteWriter(exchange: Exchange, route: FoundRoute, context: HandlerContext): () => void {
  const job = route.job === undefined ? undefined : context.jobs.find(route.job);
  if (job === undefined) return () => undefined;
  const { socket } = exchange.request;
  job.writing += 1;
  let counted = true;
  const done = (): void => {
    socket.off('close', done);
    if (counted) job.writing -= 1;
    counted = false;
  };
  socket.once('close', done);
  return done;
}

function noteLostConfirm(id: number | undefined, { jobs }: HandlerContext): void {
  const job = id === undefined ? undefined : jobs.find(id);
  if (job !== undefined) job.confirmMayBeLost = true;
}

function excuse(id: number | undefined, { jobs }: HandlerContext): void {
  const job = id === undefined ? undefined : jobs.find(id);
  if (job !== undefined) job.excused = Math.max(job.excused, 1);
}

function misbehave(exchange: Exchange, misbehaviour: Misbehaviour): void {
  if (misbehaviour.kind !== 'answer') {
    reset(exchange);
    return;
  }
  const { status, headers, message } = misbehaviour;
  answer(exchange, {
    status,
    ...(headers === undefined ? {} : { headers }),
    ...(message === undefined ? {} : { json: { message } }),
  });
}

function parse(bytes: Buffer, exchange: Exchange, context: HandlerContext): JsonValue | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as JsonValue;
  } catch {
    context.violations.add(`${exchange.method} ${exchange.path}: the body is not JSON`);
    return undefined;
  }
}
