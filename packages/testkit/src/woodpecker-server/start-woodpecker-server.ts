import { status } from '@grpc/grpc-js';
import { createSystemClock, deferred, type Deferred } from '@millrace/async';
import { createViolations } from '../gitlab-server/violations.ts';
import { createTokenBook } from './access-token.ts';
import { createAgentBook } from './agent-book.ts';
import type { GrpcStatus } from './call-refusal.ts';
import type { AgentCallName } from './calls.ts';
import { acceptedProtocol } from './check-metadata.ts';
import { openGrpcFront } from './grpc-front.ts';
import { serveCall } from './serve-call.ts';
import type { WoodpeckerContext } from './server-context.ts';
import { createTaskQueue } from './task-queue.ts';
import { viewOf } from './view-workflow.ts';
import { createWoodpeckerFaultBook } from './woodpecker-faults.ts';
import type {
  SeenAgentCall,
  WoodpeckerServer,
  WoodpeckerServerOptions,
} from './woodpecker-server.ts';
import { createWorkflowBook, isEnded, type KeptStep, type KeptWorkflow } from './workflow-book.ts';
import { cancelPipeline } from './workflow-calls.ts';

const secret = 'secret-of-the-test-server';
const minute = 60_000;

/** Starts a server on a free port of 127.0.0.1, or on a socket file. Close it at the end of the test. */
export async function startWoodpeckerServer(
  options: WoodpeckerServerOptions = {},
): Promise<WoodpeckerServer> {
  const { clock = createSystemClock(), lease = minute, protocol = acceptedProtocol } = options;
  const workflows = createWorkflowBook();
  const agents = createAgentBook(secret, options.agentTokens ?? []);
  const tokens = createTokenBook(clock);
  const violations = createViolations();
  const faults = createWoodpeckerFaultBook();
  const { until, changed } = createConditions();
  const seen: SeenAgentCall[] = [];
  let called: (name: AgentCallName) => void = () => undefined;
  /** How pipelines stood that somebody canceled. */
  const canceled = new Map<string, 'canceled' | 'killed'>();
  let repeated = 0;
  const queue = createTaskQueue({
    clock,
    lease,
    changed,
    expired: (workflow) => {
      workflow.disturbed = true;
    },
  });
  const context: WoodpeckerContext = {
    clock,
    agents,
    tokens,
    workflows,
    queue,
    violations,
    faults,
    protocol,
    repeated: () => {
      repeated += 1;
    },
  };
  const front = await openGrpcFront({
    tls: options.tls,
    socketPath: options.socketPath,
    handle: async (incoming) => {
      const ending = serveCall(incoming, context, (noted) => {
        seen.push(noted);
        called(noted.name);
      });
      changed();
      const end = await ending;
      changed();
      return end;
    },
  });

  const find = (id: string): KeptWorkflow => {
    const workflow = workflows.find(id);
    if (workflow === undefined) throw new Error(`there is no workflow ${id}`);
    return workflow;
  };
  const stepOf = (id: string, name: string): KeptStep => {
    const step = find(id).steps.find((each) => each.name === name);
    if (step === undefined) throw new Error(`workflow ${id} has no step ${name}`);
    return step;
  };
  const logOf: WoodpeckerServer['logOf'] = (id, step) =>
    stepOf(id, step).log.map(({ data }) => data.toString());
  const updatesOf: WoodpeckerServer['updatesOf'] = (id, name) => {
    const { uuid } = stepOf(id, name);
    return find(id).reports.filter((report) => report.step_uuid === uuid);
  };
  return {
    address: front.address,
    secret,
    addWorkflow: (spec) => queue.push(workflows.add(spec)),
    addBrokenWorkflow: (id, payload) =>
      queue.push(workflows.add({ id, payload: {} }, Buffer.from(payload))),
    workflow: (id) => viewOf(find(id), workflows, canceled),
    whenDone: async (id) => {
      const workflow = find(id);
      await until(() => isEnded(workflow));
      return workflow.status;
    },
    whenLogged: (id, step, text) =>
      until(() => logOf(id, step).some((line) => line.includes(text))),
    whenUpdated: (id, step, fits) => until(() => updatesOf(id, step).some(fits)),
    whenPolled: () => until(() => queue.held() > 0),
    until,
    logOf,
    repeatedLines: () => repeated,
    updatesOf,
    cancel: (id) => {
      const { pipeline } = find(id);
      const together = workflows.ofPipeline(pipeline);
      if (together.every(isEnded)) return;
      const begun = together.some((each) => each.status !== 'pending');
      canceled.set(pipeline, begun ? 'killed' : 'canceled');
      cancelPipeline(context, pipeline);
      changed();
    },
    expire: (id) => queue.expire(find(id)),
    onCall: (listener) => {
      called = listener;
    },
    fail: ({ call, code, message, times = 1 }) => {
      const name = (status[code] ?? 'UNKNOWN') as GrpcStatus;
      faults.add({ call }, { kind: 'refuse', status: name, text: message }, { times });
    },
    revokeTokens: tokens.expireAll,
    heldPolls: queue.held,
    releasePolls: queue.release,
    agents: () => agents.all().map(({ id, name, info }) => ({ id, name, info })),
    calls: () => [...seen],
    faults: {
      add: faults.add,
      onCall: faults.onCall,
      refuseConnections: () => {
        for (const workflow of workflows.all()) workflow.disturbed ||= !isEnded(workflow);
        return front.refuse();
      },
      forgive: (id) => {
        find(id).disturbed = true;
      },
    },
    violations: violations.all,
    close: async () => {
      faults.clear();
      queue.close();
      await front.close();
    },
  };
}

/** Those who wait until something holds are asked whenever something has changed. */
function createConditions(): {
  readonly until: (condition: () => boolean) => Promise<void>;
  readonly changed: () => void;
} {
  const waiting = new Map<Deferred<void>, () => boolean>();
  return {
    until: async (condition) => {
      if (condition()) return;
      const holds: Deferred<void> = deferred();
      waiting.set(holds, condition);
      await holds.promise;
    },
    changed: () => {
      for (const [holds, condition] of waiting) {
        if (!condition()) continue;
        waiting.delete(holds);
        holds.resolve();
      }
    },
  };
}
