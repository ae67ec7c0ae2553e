import { createSystemClock } from '@millrace/async';
import type { JsonObject } from '@millrace/core';
import {
  silentLogger,
  startWoodpeckerServer,
  type WoodpeckerServer as TestServer,
  type WoodpeckerServerOptions,
} from '@millrace/testkit';
import { onTestFinished } from 'vitest';
import type { CallOptions, StepState, WoodpeckerServer, WorkflowState } from '../client/server.ts';
import {
  createWoodpeckerClient,
  type WoodpeckerClientOptions,
} from '../client/woodpecker-client.ts';

/** Labels of the agent. */
export const labels = {
  hostname: 'agent-1',
  platform: 'linux/amd64',
  backend: 'kubernetes',
  repo: '*',
};

/** The end of calls that nobody aborts. */
export const call: CallOptions = { signal: new AbortController().signal };

/** A workflow of one step, `build`. */
export const payload: JsonObject = { pipeline: [{ steps: [{ name: 'build', uuid: 'U1' }] }] };

/** Seconds since the epoch at which all in these tests begins. */
const began = 1_700_000_000;

/** A workflow that has begun. */
export const running: WorkflowState = { started: began, finished: 0, error: '', canceled: false };

/** A workflow that has ended well. */
export const over: WorkflowState = { ...running, finished: began + 9 };

/** The step `build`, which starts. */
export const start: StepState = {
  stepUuid: 'U1',
  started: 0,
  finished: 0,
  exited: false,
  exitCode: 0,
  error: '',
  canceled: false,
  skipped: false,
};

/** The step `build`, which went well. */
export const exit: StepState = { ...start, started: began, finished: began + 5, exited: true };

/** An agent and its server. */
export interface AgentRoom {
  readonly server: TestServer;
  readonly agent: WoodpeckerServer;
  /** How often a call was made so far. */
  readonly count: (name: string) => number;
}

/** Starts a server and a client for it; both are closed when the test ends. */
export async function openAgentRoom(
  serverOptions: WoodpeckerServerOptions = {},
  options: Partial<WoodpeckerClientOptions> = {},
): Promise<AgentRoom> {
  const server = await startWoodpeckerServer(serverOptions);
  const agent = clientOf(server, options);
  onTestFinished(() => server.close());
  return {
    server,
    agent,
    count: (name) => server.calls().filter((each) => each.name === name).length,
  };
}

/** Another client for a server; it is closed when the test ends. */
export function clientOf(
  server: TestServer,
  options: Partial<WoodpeckerClientOptions> = {},
): WoodpeckerServer {
  const agent = createWoodpeckerClient({
    server: server.address,
    secret: server.secret,
    secure: false,
    skipVerify: false,
    hostname: 'agent-1',
    retryTimeout: 120_000,
    clock: createSystemClock(),
    logger: silentLogger,
    random: () => 0.5,
    ...options,
  });
  onTestFinished(() => agent.close());
  return agent;
}

/** Does what an agent does before it asks for work. */
export async function introduce(agent: WoodpeckerServer): Promise<void> {
  await agent.authenticate(call);
  await agent.version(call);
  await agent.register(
    {
      platform: 'linux/amd64',
      capacity: 1,
      backend: 'kubernetes',
      version: 'dev',
      labels: { zone: 'a' },
    },
    call,
  );
}

/** Takes a workflow and begins it. */
export async function begin({ server, agent }: AgentRoom, id = '42'): Promise<string> {
  await introduce(agent);
  server.addWorkflow({ id, payload });
  const offer = await agent.next(labels, call);
  if (offer === undefined) throw new Error('the server has no work');
  await agent.init(offer.id, running, call);
  return offer.id;
}
