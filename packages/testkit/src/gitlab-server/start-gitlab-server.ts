import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '@millrace/async';
import { createExchange } from './exchange.ts';
import { openFront } from './front.ts';
import { createFixtureRepository, type ServerRepository } from './git/fixture-repository.ts';
import { createGitRoutes } from './git/git-routes.ts';
import { createFaultBook } from './gitlab-faults.ts';
import type { GitlabServer, GitlabServerOptions } from './gitlab-server.ts';
import { handleRequest, type HandlerContext, type SeenCall } from './handle-request.ts';
import { createJobBook, isEnded, viewOf, type KeptJob } from './job-book.ts';
import { createRunnerBook } from './runner-book.ts';
import { createNews } from './server-context.ts';
import { createViolations } from './violations.ts';

const runnerToken = 'glrt-t1_secret-of-the-test-runner';
const registrationToken = 'GR1348941-registration-of-the-test-server';
const personalAccessToken = 'glpat-personal-of-the-test-server';

/** Starts a server on a free port of 127.0.0.1. Close it at the end of the test. */
export async function startGitlabServer(options: GitlabServerOptions = {}): Promise<GitlabServer> {
  const jobs = createJobBook(options.traces ?? 'bytes');
  const runners = createRunnerBook();
  const violations = createViolations();
  const faults = createFaultBook();
  const news = createNews();
  const calls: SeenCall[] = [];
  const closing = new AbortController();
  const repositories = new Map<string, ServerRepository>();
  const configured = options.runners ?? [{ token: runnerToken }];
  for (const runner of configured) runners.add(runner);

  const root = await mkdtemp(join(tmpdir(), 'millrace-gitlab-server-'));
  const context: HandlerContext = {
    jobs,
    runners,
    violations,
    faults,
    news,
    registrationToken,
    personalAccessToken,
    clock: options.clock ?? createSystemClock(),
    longPollSeconds: options.longPollSeconds ?? 0,
    updateInterval: options.updateInterval,
    seen: (call) => void calls.push(call),
    git: createGitRoutes({
      root,
      access: options.gitAccess ?? 'job-token',
      repositories,
      jobs,
      signal: closing.signal,
    }),
  };
  const running = new Set<Promise<void>>();
  const front = await openFront((request, response) => {
    const exchange = createExchange(request, response);
    const handled = handleRequest(exchange, context).catch((error: unknown) => {
      // A client that goes away while it sends is no news; anything else is a defect of this server.
      if (exchange.isOpen()) violations.add(`the server failed: ${String(error)}`);
      request.socket.destroy();
    });
    running.add(handled);
    void handled.finally(() => running.delete(handled));
  });
  for (const [name, fixture] of Object.entries(options.repositories ?? {})) {
    const commits = await createFixtureRepository(join(root, `${name}.git`), fixture);
    const url = `${front.url}/${name}.git`;
    repositories.set(name, { name, url, branch: fixture.branch ?? 'main', commits });
  }

  const find = (id: number): KeptJob => {
    const job = jobs.find(id);
    if (job === undefined) throw new Error(`there is no job ${id}`);
    return job;
  };
  return {
    url: front.url,
    runnerToken: configured[0]?.token ?? runnerToken,
    registrationToken,
    personalAccessToken,
    addJob: (payload, { runner } = {}) => {
      const job = jobs.add(payload, runner);
      news.change();
      return viewOf(job);
    },
    jobs: () => jobs.all().map(viewOf),
    traceOf: (id) => {
      const bytes = find(id).trace.bytes();
      if (bytes === undefined) throw new Error('this server keeps no bytes of traces');
      return bytes;
    },
    stateOf: (id) => find(id).state,
    whenJob: async (id, ...states) => {
      const job = await jobs.when(id, (each) => states.includes(each.state) || isEnded(each));
      return job.state;
    },
    whenTraced: async (id, text) => {
      await jobs.when(id, ({ trace }) => trace.bytes()?.includes(text) === true);
    },
    cancel: (id, how) => {
      const job = find(id);
      if (isEnded(job)) return;
      const state = how === 'as-failed' ? 'failed' : 'canceled';
      jobs.move(job, how === 'gracefully' && job.state !== 'pending' ? 'canceling' : state);
    },
    requeue: (id) => {
      const job = find(id);
      if (job.state !== 'assigned') throw new Error(`job ${id} is ${job.state}`);
      jobs.move(job, 'pending');
      news.change();
    },
    heldPolls: () => news.held,
    releasePolls: news.release,
    violations: violations.all,
    calls: () => [...calls],
    gitRequests: context.git.requests,
    repository: (name) => {
      const found = repositories.get(name);
      if (found === undefined) throw new Error(`there is no repository ${name}`);
      return found;
    },
    faults: {
      add: faults.add,
      onCall: faults.onCall,
      refuseConnections: () => {
        for (const job of jobs.all()) job.confirmMayBeLost ||= !job.confirmed;
        return front.refuse();
      },
      forgive: (id) => {
        // One piece may still be on its way, and the next one may begin at a wrong place.
        find(id).excused = 2;
      },
    },
    close: async () => {
      closing.abort();
      await front.close();
      faults.clear();
      news.release();
      await Promise.all(running);
      await rm(root, { recursive: true, force: true });
    },
  };
}
