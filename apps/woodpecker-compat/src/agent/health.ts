import { createServer, type Server } from 'node:http';
import type { Clock, Logger } from '@millrace/core';

/** A workflow that runs. */
export interface RunningWorkflow {
  readonly id: string;
  readonly repository: string;
  readonly pipelineNumber: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly timeoutSeconds: number;
}

/** What an agent knows of itself. */
export interface AgentState {
  readonly begin: (workflow: RunningWorkflow) => void;
  readonly end: (id: string) => void;
  readonly running: () => readonly RunningWorkflow[];
}

/** A workflow may be so much older than its time before the agent counts as ill. */
const tolerance = 3_600_000;

/** Counts workflows. */
export function createAgentState(): AgentState {
  const workflows = new Map<string, RunningWorkflow>();
  return {
    begin: (workflow) => void workflows.set(workflow.id, workflow),
    end: (id) => void workflows.delete(id),
    running: () => [...workflows.values()],
  };
}

/** Whether no workflow is long over its time. */
const isHealthy = (state: AgentState, now: number): boolean =>
  state
    .running()
    .every(({ started, timeoutSeconds }) => now - started <= timeoutSeconds * 1000 + tolerance);

/** What the health server needs. */
export interface HealthOptions {
  /** `host:port` or `:port`. */
  readonly address: string;
  readonly version: string;
  readonly capacity: number;
  readonly state: AgentState;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Answers questions about the agent's health. An address that cannot be had is told, and the agent goes on. */
export function startHealthServer(options: HealthOptions): Server {
  const { address, logger } = options;
  const server = createServer((request, response) => {
    const answer = answerTo(new URL(request.url ?? '/', 'http://agent').pathname, options);
    response
      .writeHead(answer.status, { 'content-type': 'text/plain; charset=utf-8' })
      .end(answer.body);
  });
  const fail = (error: string): void =>
    logger.error('failed to listen on address', { address, error });
  server.on('error', (failure) => fail(failure.message));
  const [, host = '', port] = /^(.*):(\d{1,5})$/.exec(address) ?? [];
  if (port === undefined || Number(port) > 65_535)
    fail('it has no port: write it like :3000 or localhost:3000');
  else server.listen(Number(port), host === '' ? undefined : host.replace(/^\[(.*)\]$/, '$1'));
  server.unref();
  return server;
}

function answerTo(
  path: string,
  { state, clock, version, capacity }: HealthOptions,
): { readonly status: number; readonly body: string } {
  const status = isHealthy(state, clock.now()) ? 200 : 500;
  switch (path) {
    case '/healthz':
      return { status, body: '' };
    case '/version':
      return {
        status: 200,
        body: `${JSON.stringify({ version, source: 'https://github.com/woodpecker-ci/woodpecker' })}\n`,
      };
    case '/varz':
      return { status, body: `${JSON.stringify(figures(state, capacity))}\n` };
    default:
      return { status: 404, body: '404 page not found\n' };
  }
}

const figures = (state: AgentState, capacity: number) => ({
  polling_count: capacity - state.running().length,
  running_count: state.running().length,
  running: Object.fromEntries(
    state.running().map(({ id, repository, pipelineNumber, started, timeoutSeconds }) => [
      id,
      {
        id,
        repository,
        pipeline_number: pipelineNumber,
        pipeline_started: new Date(started).toISOString(),
        pipeline_timeout: timeoutSeconds * 1_000_000_000,
      },
    ]),
  ),
});
