import type {
  DescMessage,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { RunnerError, type Clock, type Logger } from '@millrace/core';
import { retryCall, type RetryPorts } from '../session/retry-calls.ts';
import { createSession, unknownAgent } from '../session/session.ts';
import { statusOf } from '../transport/call-error.ts';
import { openChannel, type ChannelSettings } from '../transport/channel.ts';
import { callOnce } from '../transport/unary-call.ts';
import { Woodpecker } from '../wire/woodpecker.generated.ts';
import type { CallOptions, StepState, WoodpeckerServer, WorkflowState } from './server.ts';

/** The version of the protocol that this client speaks; a server must speak the same. */
export const protocolVersion = 16;

/** What a server accepts as a sign of life. */
const alive = 'I am alive!';

/** What a client is made of. */
export interface WoodpeckerClientOptions extends ChannelSettings {
  /** The agent's secret. */
  readonly secret: string;
  /** Of an agent that the server knows already. */
  readonly agentId?: number;
  /** The agent's name in the server's list. */
  readonly hostname: string;
  /** Milliseconds that one retried call may take; 0: for ever. */
  readonly retryTimeout: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number in [0, 1), for the waits between two attempts. */
  readonly random: () => number;
}

/**
 * Makes a client; nothing is connected before the first call.
 * @throws RunnerError `MILLRACE_E_WOODPECKER_ADDRESS`
 */
export function createWoodpeckerClient(options: WoodpeckerClientOptions): WoodpeckerServer {
  const { clock, logger, random, retryTimeout, secret, hostname } = options;
  const authChannel = openChannel(options);
  const channel = openChannel(options);
  const over = new AbortController();
  const session = createSession(
    { channel: authChannel, clock, logger, secret, closed: over.signal },
    options.agentId ?? unknownAgent,
  );
  const ports: RetryPorts = {
    clock,
    logger,
    random,
    budget: retryTimeout,
    isConnected: channel.isConnected,
  };
  const introduced = { hostname, 'proto-version': String(protocolVersion) };

  /** Calls once; a refused token is renewed, and whoever retries comes back with the new one. */
  const once = async <I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    { signal }: CallOptions,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<MessageShape<O>> => {
    const token = session.token();
    try {
      return await callOnce(channel.client, {
        method,
        request,
        metadata: { ...metadata, token },
        signal,
      });
    } catch (failure) {
      if (statusOf(failure) === 'UNAUTHENTICATED') await session.renew(token, { signal });
      throw failure;
    }
  };
  const retried = <I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    call: CallOptions,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<MessageShape<O>> =>
    retryCall(
      ports,
      {
        name: method.name.toLowerCase(),
        // A log is sent whether or not there seems to be a connection: its lines cannot wait for long.
        needsConnection: method !== (Woodpecker.method.log as DescMethodUnary),
        ...call,
      },
      () => once(method, request, call, metadata),
    );
  const { method } = Woodpecker;
  return {
    authenticate: async (call) => {
      await session.authenticate(call);
      void session.keepFresh().catch(() => undefined);
    },
    agentId: session.agentId,
    version: async (call) => {
      const { grpcVersion, serverVersion } = await once(method.version, {}, call, introduced);
      if (grpcVersion !== protocolVersion) throw versionMismatch(grpcVersion, serverVersion);
      return { protocol: grpcVersion, server: serverVersion };
    },
    register: async ({ labels, ...info }, call) => {
      const request = { info: { ...info, customLabels: { ...labels } } };
      const { agentId } = await once(method.registerAgent, request, call, introduced);
      session.setAgentId(Number(agentId));
      return Number(agentId);
    },
    unregister: async (call) => {
      if (channel.isConnected()) await once(method.unregisterAgent, {}, call);
    },
    reportHealth: async (call) => {
      await retried(method.reportHealth, { status: alive }, call, introduced);
    },
    next: async (labels, call) => {
      if (Object.keys(labels).length === 0) throw noLabels();
      const { workflow } = await retried(method.next, { filter: { labels: { ...labels } } }, call);
      return workflow === undefined
        ? undefined
        : {
            id: workflow.id,
            timeoutMinutes: Number(workflow.timeout),
            payload: workflow.payload,
          };
    },
    init: async (id, state, call) => {
      await retried(method.init, { id, state: workflowState(state) }, call);
    },
    wait: async (id, call) => {
      const { canceled } = await retried(method.wait, { id }, call);
      return { canceled };
    },
    extend: async (id, call) => {
      await retried(method.extend, { id }, call);
    },
    update: async (id, state, call) => {
      await retried(method.update, { id, state: stepState(state) }, call);
    },
    log: async (entries, call) => {
      const logEntries = entries.map(({ stepUuid, time, line, data }) => ({
        stepUuid,
        time: BigInt(time),
        line,
        data,
      }));
      await retried(method.log, { logEntries }, call);
    },
    done: async (id, state, call) => {
      await retried(method.done, { id, state: workflowState(state) }, call);
    },
    isConnected: channel.isConnected,
    close: () => {
      over.abort();
      channel.close();
      authChannel.close();
    },
  };
}

const workflowState = ({ started, finished, error, canceled }: WorkflowState) => ({
  started: BigInt(started),
  finished: BigInt(finished),
  error,
  canceled,
});

const stepState = ({ started, finished, ...state }: StepState) => ({
  ...state,
  started: BigInt(started),
  finished: BigInt(finished),
});

const versionMismatch = (protocol: number, server: string): RunnerError =>
  new RunnerError(
    `GRPC version mismatch: the server (${server}) speaks version ${protocol}, this agent ${protocolVersion}`,
    {
      code: 'MILLRACE_E_WOODPECKER_VERSION',
      kind: 'config',
      hint: 'use a server of a release that speaks the agent’s version of the protocol, or another release of the agent',
    },
  );

const noLabels = (): RunnerError =>
  new RunnerError('an agent cannot ask for workflows without labels', {
    code: 'MILLRACE_E_WOODPECKER_LABELS',
    kind: 'config',
    hint: 'leave at least one of the labels hostname, platform, backend and repo',
  });
