import { randomUUID } from 'node:crypto';
import type { JsonObject, KubeObject } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { startWoodpeckerServer, type WoodpeckerServer, type WorkflowSpec } from '@millrace/testkit';
import { afterEach, beforeEach, expect, onTestFailed } from 'vitest';
import type { SuiteCluster } from './define-suite.ts';
import { temporaryFolder, type Folder } from './gitlab-program.ts';
import type { Running } from './program.ts';
import { workflowPayload, type PayloadOptions, type StepSpec } from './woodpecker-fixture.ts';
import { startAgentProgram } from './woodpecker-program.ts';

const { signal } = new AbortController();

/** What a test of the Woodpecker agent works with. */
export interface AgentRoom {
  readonly server: () => WoodpeckerServer;
  readonly namespace: () => string;
  readonly folder: () => Folder;
  /** Puts a workflow into the server's queue; its id. */
  readonly addWorkflow: (
    stages: readonly (readonly StepSpec[])[],
    more?: Partial<PayloadOptions> & Pick<Partial<WorkflowSpec>, 'pipeline' | 'timeoutMinutes'>,
  ) => string;
  /** The pod of a step that runs. */
  readonly podOf: (id: string, step: string) => Promise<KubeObject>;
  /** Runs a command in the container of a step that runs. */
  readonly inStep: (id: string, step: string, command: readonly string[]) => Promise<void>;
  /** Starts the agent; again after it has ended, on the same state. */
  readonly start: (env?: Readonly<Record<string, string>>) => Promise<Running>;
  /** Runs another command of the program, or the agent where it cannot work. */
  readonly run: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<Running>;
  /** Ends the agent politely and expects that nothing is left: on the cluster, of complaints. */
  readonly expectCleanEnd: (
    agent: Running,
    options?: { readonly wasKilled?: boolean },
  ) => Promise<void>;
  readonly expectNothingLeft: () => Promise<void>;
}

/** Gives each test of a suite a server, a namespace, and the agent's program on the suite's cluster. */
export function agentRoom(cluster: SuiteCluster): AgentRoom {
  let server: WoodpeckerServer;
  let namespace: string;
  let folder: Folder;
  let lastId: number;
  const started = new Set<Running>();
  beforeEach(async () => {
    lastId = 40;
    server = await startWoodpeckerServer();
    namespace = await cluster().newNamespace();
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    for (const program of started) {
      program.kill('SIGKILL');
      await program.finished;
    }
    started.clear();
    await server.close();
    await folder.remove();
  });
  const run: AgentRoom['run'] = async (args, env = {}) => {
    const place = { cluster: cluster(), server, namespace, folder };
    const program = await startAgentProgram(place, args, env);
    started.add(program);
    onTestFailed(async () => {
      program.kill('SIGKILL');
      const { stderr } = await program.finished;
      process.stderr.write(
        `the agent said:\n${stderr}\ncalls: ${server
          .calls()
          .map(({ name }) => name)
          .join(' ')}\n`,
      );
    });
    return program;
  };
  const expectNothingLeft = async (): Promise<void> => {
    expect(await cluster().leftovers(namespace)).toEqual([]);
    expect(server.violations()).toEqual([]);
  };
  const podOf: AgentRoom['podOf'] = async (id, step) => {
    const selection = {
      type: resourceTypes.pods,
      namespace,
      labelSelector: `woodpecker-ci.org/task-uuid=${id},woodpecker-ci.org/step=${step}`,
    };
    const [pod, ...others] = await cluster().api.list(selection, { signal });
    if (pod === undefined || others.length > 0)
      throw new Error(
        `step ${step} of workflow ${id} has ${pod === undefined ? 'no pod' : 'several'}`,
      );
    return pod;
  };
  return {
    server: () => server,
    namespace: () => namespace,
    folder: () => folder,
    podOf,
    inStep: async (id, step, command) => {
      const { name: pod = '' } = (await podOf(id, step)).metadata;
      const request = { namespace, pod, container: pod, command };
      const session = await cluster().api.exec(request, { signal });
      expect(await session.status).toMatchObject({ exitCode: 0 });
    },
    addWorkflow: (stages, { timeoutMinutes, pipeline, ...more } = {}) => {
      lastId += 1;
      const id = String(lastId);
      const payload: JsonObject = workflowPayload(stages, {
        image: cluster().images.tools,
        id: randomUUID().slice(0, 8),
        ...more,
      });
      server.addWorkflow({
        id,
        payload,
        ...(timeoutMinutes === undefined ? {} : { timeoutMinutes }),
        ...(pipeline === undefined ? {} : { pipeline }),
      });
      return id;
    },
    start: (env) => run([], env),
    run,
    expectNothingLeft,
    expectCleanEnd: async (agent, { wasKilled = false } = {}) => {
      agent.kill('SIGTERM');
      expect(await agent.finished).toMatchObject({ exitCode: 0 });
      if (!wasKilled) expect(server.repeatedLines()).toBe(0);
      await expectNothingLeft();
    },
  };
}
