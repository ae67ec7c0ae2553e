import { deferred, type Deferred } from '@millrace/async';
import type { JsonValue } from '@millrace/core';
import { checkFields } from './check-fields.ts';
import { checkHeaders } from './check-headers.ts';
import { checkInfo } from './check-info.ts';
import type { Exchange, ServerAnswer } from './exchange.ts';
import { isEnded, type KeptJob } from './job-book.ts';
import type { KeptRunner } from './runner-book.ts';
import { checkSystemId, knownRunner, member, textMember } from './runner-routes.ts';
import type { ServerContext } from './server-context.ts';

const where = 'request job';

/** `POST jobs/request`; held while the client knows the news and there is no job for it. */
export async function requestJob(
  exchange: Exchange,
  body: JsonValue | undefined,
  context: ServerContext,
): Promise<ServerAnswer> {
  const { jobs, violations, news } = context;
  for (const fault of checkRequest(exchange, body)) violations.add(fault);
  const runner = knownRunner(where, exchange, body, context);
  if (runner === undefined) return { status: 403, json: { message: '403 Forbidden' } };
  const systemId = textMember(body, 'system_id');
  checkLimits(runner, systemId, context);
  checkLastUpdate(runner, member(body, 'last_update'), context);

  let job = jobs.nextFor(runner.token);
  if (job === undefined && member(body, 'last_update') === news.version()) {
    const open = runner.requests.get(systemId) ?? 0;
    runner.requests.set(systemId, open + 1);
    await hold(exchange, context);
    runner.requests.set(systemId, (runner.requests.get(systemId) ?? 1) - 1);
    job = jobs.nextFor(runner.token);
  }
  const version = news.version();
  runner.toldUpdates.add(version);
  const headers = { 'x-gitlab-last-update': version };
  // Nobody is there to take it.
  if (job === undefined || !exchange.isOpen()) return { status: 204, headers };
  assign(job, runner, systemId, body, context);
  return { status: 201, headers, json: job.payload };
}

function assign(
  job: KeptJob,
  runner: KeptRunner,
  systemId: string,
  body: JsonValue | undefined,
  { jobs }: ServerContext,
): void {
  job.runnerToken = runner.token;
  job.systemId = systemId;
  job.info = member(body, 'info');
  jobs.move(job, 'assigned');
}

async function hold({ request }: Exchange, context: ServerContext): Promise<void> {
  const { clock, longPollSeconds, news } = context;
  if (longPollSeconds === 0) return;
  const over: Deferred<void> = deferred();
  const cancel = clock.after(longPollSeconds * 1000, () => over.resolve());
  const gone = (): void => over.resolve();
  request.socket.once('close', gone);
  news.held += 1;
  try {
    await Promise.race([over.promise, news.next()]);
  } finally {
    news.held -= 1;
    cancel();
    request.socket.off('close', gone);
  }
}

function checkRequest(exchange: Exchange, body: JsonValue | undefined): readonly string[] {
  const session = member(body, 'session');
  return [
    ...checkHeaders(where, exchange, { contentType: 'application/json', accept: true }),
    ...checkFields(where, body, {
      info: 'object',
      token: 'text',
      system_id: 'text',
      last_update: 'text?',
      session: 'object?',
    }),
    ...(session === undefined
      ? []
      : checkFields(`${where}: session`, session, {
          url: 'text',
          certificate: 'text',
          authorization: 'text',
        })),
    ...checkInfo(where, member(body, 'info'), 'running'),
    ...checkSystemId(where, body),
  ];
}

function checkLimits(runner: KeptRunner, systemId: string, context: ServerContext): void {
  const { jobs, violations } = context;
  const running = jobs
    .all()
    .filter((job) => job.runnerToken === runner.token && job.systemId === systemId)
    .filter((job) => !isEnded(job) && job.state !== 'pending');
  if (running.length >= runner.limit)
    violations.add(`${where}: ${systemId} has ${running.length} jobs, which is its limit`);
  if ((runner.requests.get(systemId) ?? 0) >= runner.requestConcurrency)
    violations.add(`${where}: ${systemId} has as many open requests as it may`);
}

function checkLastUpdate(
  runner: KeptRunner,
  lastUpdate: JsonValue | undefined,
  { violations }: ServerContext,
): void {
  if (typeof lastUpdate === 'string' && !runner.toldUpdates.has(lastUpdate))
    violations.add(`${where}: last_update ${lastUpdate} was never told`);
}
