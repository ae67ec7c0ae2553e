import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type GrpcObject,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { JsonObject } from '@millrace/core';
import { matchLabels } from './match-labels.ts';
import {
  finalStatus,
  moveStep,
  type ServerStep,
  type ServerWorkflow,
  type StepReport,
} from './workflow-book.ts';
import type {
  AgentCallName,
  AgentFault,
  SeenAgentCall,
  WoodpeckerServer,
  WoodpeckerServerOptions,
} from './woodpecker-server.ts';

const protoFile = fileURLToPath(new URL('../../proto/woodpecker.proto', import.meta.url));
const noRows = 'sql: no rows in result set';
const largestLine = 1_048_576;

/** An answer that is no success. */
class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

interface Call {
  readonly request: JsonObject;
  readonly metadata: Readonly<Record<string, string>>;
  /** Aborts when the agent has gone. */
  readonly signal: AbortSignal;
}

type Handler = (call: Call) => JsonObject | Promise<JsonObject>;

interface LogReport {
  readonly step_uuid: string;
  readonly line: number;
  readonly data: Uint8Array;
}

/** Starts a server on a free port of the loopback address. */
export async function startWoodpeckerServer({
  protocol = 16,
  lease = 60_000,
}: WoodpeckerServerOptions = {}): Promise<WoodpeckerServer> {
  const secret = randomUUID();
  const workflows = new Map<string, ServerWorkflow>();
  const updates: { readonly id: string; readonly report: StepReport }[] = [];
  const seen: SeenAgentCall[] = [];
  const violations: string[] = [];
  const faults: { readonly fault: AgentFault; left: number }[] = [];
  const listeners = new Set<() => void>();
  const canceled = new Set<string>();
  const expired = new Set<string>();
  const agents = new Set<number>();
  const tokens = new Map<string, number>();
  let lastAgent = 0;
  let polls = 0;
  let called: (name: AgentCallName) => void = () => undefined;
  let repeated = 0;
  const violation = (text: string): void => void violations.push(text);
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const until = async (holds: () => boolean, signal?: AbortSignal): Promise<void> => {
    while (!holds() && signal?.aborted !== true)
      await new Promise<void>((resolve) => {
        const go = (): void => {
          listeners.delete(go);
          signal?.removeEventListener('abort', go);
          resolve();
        };
        listeners.add(go);
        signal?.addEventListener('abort', go, { once: true });
      });
  };
  const find = (id: string): ServerWorkflow => {
    const workflow = workflows.get(id);
    if (workflow === undefined) throw new Refusal(status.UNKNOWN, noRows);
    return workflow;
  };
  const agentOf = ({ metadata }: Call): number => {
    const { token } = metadata;
    if (token === undefined) throw new Refusal(status.UNAUTHENTICATED, 'token is not provided');
    const agent = tokens.get(token);
    if (agent === undefined)
      throw new Refusal(status.UNAUTHENTICATED, 'access token is invalid: invalid token');
    return agent;
  };
  /** The workflow of a call, if it is the caller's. */
  const owned = (call: Call): ServerWorkflow => {
    const agent = agentOf(call);
    const workflow = find(call.request['id'] as string);
    if (workflow.agent !== agent)
      throw new Refusal(
        status.UNKNOWN,
        `agent is not allowed to interact with workflow where it's id is not already locked: agentId=${agent} workflowAgentId=${workflow.agent ?? 0}`,
      );
    return workflow;
  };
  const introduced = ({ metadata }: Call, name: string): void => {
    if (metadata['hostname'] === undefined) violation(`${name} without the metadata hostname`);
    if (metadata['proto-version'] !== '16') violation(`${name} without proto-version 16`);
  };
  const stepOf = (workflow: ServerWorkflow, uuid: string): ServerStep => {
    const step = workflow.steps.find((each) => each.uuid === uuid);
    if (step === undefined) throw new Refusal(status.UNKNOWN, noRows);
    return step;
  };
  const now = (): number => Math.floor(Date.now() / 1000);

  const handlers: Readonly<Record<AgentCallName, Handler>> = {
    Auth: ({ request }) => {
      const { agent_token: shown, agent_id: given } = request;
      if (shown === '')
        throw new Refusal(status.UNKNOWN, 'agent could not auth: please provide a token');
      if (shown !== secret)
        throw new Refusal(
          status.UNKNOWN,
          `agent could not auth: individual agent not found by token: ${noRows}`,
        );
      const id = Number(given);
      if (id !== -1 && !agents.has(id))
        throw new Refusal(status.UNKNOWN, 'agent could not auth: AgentID not found in database');
      const agent = id === -1 ? (lastAgent += 1) : id;
      agents.add(agent);
      const token = randomUUID();
      tokens.set(token, agent);
      return { status: 'ok', agent_id: agent, access_token: token };
    },
    Version: (call) => {
      agentOf(call);
      introduced(call, 'Version');
      return { grpc_version: protocol, server_version: '3.17.0' };
    },
    RegisterAgent: (call) => {
      const agent = agentOf(call);
      introduced(call, 'RegisterAgent');
      return { agent_id: agent };
    },
    UnregisterAgent: (call) => {
      agents.delete(agentOf(call));
      return {};
    },
    ReportHealth: (call) => {
      agentOf(call);
      introduced(call, 'ReportHealth');
      if (call.request['status'] !== 'I am alive!') {
        violation('ReportHealth with other words');
        throw new Refusal(status.UNKNOWN, 'Are you alive?');
      }
      return {};
    },
    Next: async (call) => {
      const agent = agentOf(call);
      const filter = call.request['filter'] as { readonly labels?: Record<string, string> } | null;
      const labels = filter?.labels ?? {};
      if (Object.keys(labels).length === 0) violation('Next without labels ends a real server');
      const waiting = (): ServerWorkflow | undefined =>
        [...workflows.values()].find(
          (each) => each.agent === undefined && matchLabels(labels, each.labels) > 0,
        );
      polls += 1;
      changed();
      await until(() => waiting() !== undefined, call.signal);
      polls -= 1;
      const workflow = waiting();
      if (call.signal.aborted || workflow === undefined) return {};
      workflow.agent = agent;
      workflow.leaseUntil = Date.now() + lease;
      const { id, timeoutMinutes: timeout, payload } = workflow;
      return { workflow: { id, timeout, payload: Buffer.from(payload) as unknown as string } };
    },
    Init: (call) => {
      const workflow = owned(call);
      const state = call.request['state'] as {
        readonly started: number;
        readonly canceled: boolean;
      };
      if (workflow.isDone)
        throw new Refusal(status.UNKNOWN, 'workflow was already marked as finished');
      if (state.started === 0 || state.canceled) {
        violation('Init of a workflow that has not started');
        throw new Refusal(
          status.UNKNOWN,
          'agent reported an impossible workflow state, the agent is probably outdated and speaks an incompatible protocol',
        );
      }
      workflow.isInitialised = true;
      workflow.status = 'running';
      changed();
      return {};
    },
    Wait: async (call) => {
      const workflow = owned(call);
      await until(
        () => workflow.isDone || canceled.has(workflow.id) || expired.has(workflow.id),
        call.signal,
      );
      if (expired.has(workflow.id)) throw new Refusal(status.UNKNOWN, 'queue: task expired');
      return { canceled: canceled.has(workflow.id) && !workflow.isDone };
    },
    Extend: (call) => {
      const workflow = owned(call);
      if (workflow.isDone || expired.has(workflow.id))
        throw new Refusal(status.UNKNOWN, 'queue: task not found');
      workflow.leaseUntil = Date.now() + lease;
      return {};
    },
    Update: (call) => {
      const workflow = owned(call);
      const report = call.request['state'] as unknown as StepReport;
      const step = stepOf(workflow, report.step_uuid);
      if (!workflow.isInitialised) violation(`Update of ${step.name} before Init`);
      updates.push({ id: workflow.id, report });
      const fault = moveStep(step, report, now());
      changed();
      if (fault === undefined) return {};
      violation(`Update of ${step.name}: ${fault}`);
      // A real server says so only once the workflow is over.
      if (workflow.isDone) throw new Refusal(status.UNKNOWN, fault);
      return {};
    },
    Log: (call) => {
      agentOf(call);
      for (const entry of call.request['logEntries'] as unknown as readonly LogReport[]) {
        const workflow = [...workflows.values()].find(({ steps }) =>
          steps.some(({ uuid }) => uuid === entry.step_uuid),
        );
        if (workflow === undefined)
          throw new Refusal(
            status.UNKNOWN,
            `could not find step with uuid ${entry.step_uuid} in store: ${noRows}`,
          );
        if (!workflow.isInitialised)
          throw new Refusal(
            status.UNKNOWN,
            'can not alter logs: agent can not append logs to a step that is marked not running',
          );
        const step = stepOf(workflow, entry.step_uuid);
        if (entry.data.length >= largestLine) violation(`a line of ${step.name} is too long`);
        const text = Buffer.from(entry.data).toString();
        // Whoever was killed before it heard of an answer sends the same lines again.
        if (step.lines[entry.line] === text) repeated += 1;
        else if (entry.line === step.lines.length) step.lines.push(text);
        else violation(`line ${entry.line} of ${step.name} where ${step.lines.length} was to come`);
      }
      changed();
      return {};
    },
    Done: (call) => {
      const workflow = owned(call);
      const state = call.request['state'] as {
        readonly started: number;
        readonly error: string;
        readonly canceled: boolean;
      };
      if (workflow.isDone) {
        violation(`a second Done of ${workflow.id}`);
        throw new Refusal(status.UNKNOWN, 'workflow was already marked as finished');
      }
      for (const step of workflow.steps) {
        if (step.status !== 'pending' && step.status !== 'running') continue;
        if (!state.canceled) violation(`Done while ${step.name} is ${step.status}`);
        step.status = step.status === 'pending' ? 'killed' : 'success';
      }
      workflow.isDone = true;
      workflow.error = state.error;
      workflow.status = finalStatus(workflow.steps, state);
      changed();
      return {};
    },
  };

  const server = new Server({ 'grpc.max_receive_message_length': 4 * 1024 * 1024 });
  const definition = loadPackageDefinition(
    loadSync(protoFile, { keepCase: true, longs: Number, defaults: true }),
  );
  const { Woodpecker, WoodpeckerAuth } = definition['proto'] as GrpcObject;
  for (const service of [Woodpecker, WoodpeckerAuth] as readonly ServiceClientConstructor[]) {
    const names = Object.keys(service.service) as readonly AgentCallName[];
    server.addService(
      service.service,
      Object.fromEntries(names.map((name) => [name, answering(name, handlers[name])])),
    );
  }

  function answering(name: AgentCallName, handler: Handler) {
    return (
      call: ServerUnaryCall<JsonObject, JsonObject>,
      callback: sendUnaryData<JsonObject>,
    ): void => {
      const gone = new AbortController();
      call.on('cancelled', () => gone.abort());
      const metadata = Object.fromEntries(
        Object.entries(call.metadata.getMap()).map(([key, value]) => [key, value.toString()]),
      );
      const { request } = call;
      seen.push({ name, metadata, request });
      called(name);
      const found = faults.find(({ fault, left }) => fault.call === name && left > 0);
      if (found !== undefined) {
        found.left -= 1;
        callback({
          code: found.fault.code,
          details: found.fault.message,
          metadata: new Metadata(),
        });
        return;
      }
      Promise.resolve()
        .then(() => handler({ request, metadata, signal: gone.signal }))
        .then(
          (answer) => callback(null, answer),
          (failure: unknown) =>
            callback({
              code: failure instanceof Refusal ? failure.code : status.INTERNAL,
              details: failure instanceof Error ? failure.message : String(failure),
              metadata: new Metadata(),
            }),
        );
    };
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (failure, bound) =>
      failure === null ? resolve(bound) : reject(failure),
    );
  });
  const add = (
    spec: Pick<ServerWorkflow, 'id' | 'labels' | 'payload' | 'steps' | 'timeoutMinutes'>,
  ): void => {
    workflows.set(spec.id, {
      ...spec,
      status: 'pending',
      error: '',
      agent: undefined,
      isInitialised: false,
      isDone: false,
      leaseUntil: undefined,
    });
    changed();
  };
  const anyRepository = { repo: 'acme/demo' };
  const named = (id: string, step: string): ServerStep => {
    const found = find(id).steps.find(({ name }) => name === step);
    if (found === undefined) throw new Error(`workflow ${id} has no step ${step}`);
    return found;
  };
  const updatesOf = (id: string, step: string): readonly StepReport[] =>
    updates
      .filter((each) => each.id === id && each.report.step_uuid === named(id, step).uuid)
      .map(({ report }) => report);
  return {
    address: `127.0.0.1:${port}`,
    secret,
    addWorkflow: ({ id, payload, timeoutMinutes = 60, labels = anyRepository }) =>
      add({
        id,
        timeoutMinutes,
        labels,
        payload: JSON.stringify(payload),
        steps: stepsOf(payload),
      }),
    addBrokenWorkflow: (id, payload) =>
      add({ id, timeoutMinutes: 60, labels: anyRepository, payload, steps: [] }),
    workflow: find,
    whenDone: async (id) => {
      await until(() => find(id).isDone);
      return find(id).status;
    },
    whenLogged: (id, step, text) =>
      until(() => named(id, step).lines.some((line) => line.includes(text))),
    whenPolled: () => until(() => polls > 0),
    logOf: (id, step) => named(id, step).lines,
    updatesOf,
    whenUpdated: (id, step, fits) => until(() => updatesOf(id, step).some(fits)),
    cancel: (id) => {
      canceled.add(id);
      for (const step of find(id).steps) if (step.status === 'pending') step.status = 'canceled';
      changed();
    },
    expire: (id) => {
      expired.add(id);
      changed();
    },
    onCall: (listener) => {
      called = listener;
    },
    fail: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    repeatedLines: () => repeated,
    revokeTokens: () => tokens.clear(),
    calls: () => seen,
    violations: () => violations,
    close: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

function stepsOf(payload: JsonObject): readonly ServerStep[] {
  const stages = (payload['pipeline'] ?? []) as readonly {
    readonly steps?: readonly {
      readonly uuid: string;
      readonly name: string;
      readonly failure?: string;
    }[];
  }[];
  return stages
    .flatMap(({ steps = [] }) => steps)
    .map(({ uuid, name, failure }) => ({
      uuid,
      name,
      ignoresFailure: failure === 'ignore',
      status: 'pending',
      exitCode: 0,
      error: '',
      started: 0,
      finished: 0,
      lines: [],
    }));
}
