import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@millrace/core';
import { silentLogger, startWoodpeckerServer } from '@millrace/testkit';
import { startAgent } from '@millrace/woodpecker-compat/agent';
import { readAgentSettings } from '@millrace/woodpecker-compat/agent-settings';
import { describe, expect, it } from 'vitest';
import { recordedWorkflows, type RecordedWorkflow } from './recorded-workflow.ts';
import { scriptedApi, type PodScript, type RefusedCall } from './scripted-api.ts';

interface RecordedCall {
  readonly method: string;
  readonly request: { readonly state?: State };
}

type State = Readonly<Record<string, unknown>>;

interface ApiScript {
  readonly pods?: Readonly<Record<string, PodScript>>;
  readonly fail?: readonly RefusedCall[];
  readonly cancel_on_log?: string;
}

/** Where we differ on purpose; each is in docs/differences.md. */
const otherwise: Readonly<Record<string, string>> = {
  '113-run-pod-vanishes': 'a pod that vanished is no success',
  '117-run-image-pull-backoff':
    'the registry’s answer instead of a text about logs, after a minute',
  '121-api-delete-errors': 'what cannot be deleted afterwards does not make a green step red',
  '125-run-cancel-step': 'a canceled step is told with the exit code that its node still tells',
};

const json = (workflow: RecordedWorkflow, file: string): unknown =>
  JSON.parse(readFileSync(join(workflow.folder, file), 'utf8'));

const cases = recordedWorkflows().filter(({ folder }) =>
  existsSync(join(folder, 'agent/rpc.json')),
);

describe('the course of a recorded workflow', () => {
  it('differs on purpose only in cases that are there', () => {
    const names = cases.map(({ name }) => name);
    expect(Object.keys(otherwise).filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(cases.filter(({ name }) => otherwise[name] === undefined))(
    '$name is told as the reference tells it',
    async (workflow) => {
      const recorded = (json(workflow, 'agent/rpc.json') ?? []) as readonly RecordedCall[];
      if (!recorded.some(({ method }) => method.endsWith('/Init'))) {
        await expect(run(workflow)).rejects.toThrow();
        return;
      }
      const told = await run(workflow);
      const uuids = new Set(
        recorded.flatMap(({ request: { state } }) => {
          const uuid = state?.['step_uuid'];
          return typeof uuid === 'string' ? [uuid] : [];
        }),
      );
      const states = (method: string): readonly State[] =>
        recorded
          .filter((call) => call.method.endsWith(`/${method}`))
          .flatMap(({ request: { state } }) => (state === undefined ? [] : [state]));
      const updatesOf = (all: readonly State[], uuid: string): readonly State[] =>
        all.filter((state) => state['step_uuid'] === uuid).map(without0);
      for (const uuid of uuids)
        expect(updatesOf(told.updates, uuid)).toEqual(
          updatesOf(states('Update'), uuid).map(withHint),
        );
      expect(told.updates).toHaveLength(states('Update').length);
      expect(told.done.map(without0)).toEqual(states('Done').map(without0).map(withHint));
    },
  );
});

async function run(workflow: RecordedWorkflow): Promise<{
  readonly updates: readonly State[];
  readonly done: readonly State[];
}> {
  const payload = json(workflow, 'config.json') as JsonObject;
  const task = json(workflow, 'task.json') as { readonly task_uuid: string };
  const api = existsSync(join(workflow.folder, 'api.json'))
    ? (json(workflow, 'api.json') as ApiScript)
    : {};
  const server = await startWoodpeckerServer();
  const steps = stepsOf(payload);
  const scriptOf = (pod: string): PodScript => {
    const step = steps.find(({ uuid }) => pod.includes(uuid.toLowerCase()));
    const script = api.pods?.[step?.name ?? ''] ?? {};
    return step?.type === 'service' ? { ...script, stay: true } : script;
  };
  const end = new AbortController();
  const input = {
    environment: {
      WOODPECKER_SERVER: server.address,
      WOODPECKER_AGENT_SECRET: server.secret,
      WOODPECKER_HOSTNAME: 'golden-agent',
      WOODPECKER_BACKEND: 'kubernetes',
      WOODPECKER_HEALTHCHECK: 'false',
      WOODPECKER_AGENT_CONFIG_FILE: '',
      KUBERNETES_SERVICE_HOST: 'recorded',
      ...workflow.environment,
    },
    flags: {},
  };
  const settings = await readAgentSettings(input, { signal: end.signal });
  const wanted = Object.entries(settings.labels).map(([key, value]) => [
    key.replace(/^!/, ''),
    value,
  ]);
  const labels = { repo: 'acme/demo', ...Object.fromEntries(wanted) } as Readonly<
    Record<string, string>
  >;
  server.addWorkflow({ id: task.task_uuid, payload, labels });
  const agent = startAgent({
    settings: { ...settings, singleWorkflow: true },
    input,
    logger: silentLogger,
    signal: end.signal,
    cluster: scriptedApi(scriptOf, api.fail ?? []),
  });
  if (api.cancel_on_log !== undefined) {
    const word = api.cancel_on_log;
    const step = steps.find(({ name }) => api.pods?.[name]?.logs?.includes(word));
    await server.whenLogged(task.task_uuid, step?.name ?? '', word);
    server.cancel(task.task_uuid);
  }
  await agent;
  const calls = server.calls();
  await server.close();
  const states = (name: string): readonly State[] =>
    calls
      .filter((call) => call.name === name)
      .map(({ request }) => ({ ...(request as { readonly state: State }).state }));
  return { updates: states('Update'), done: states('Done') };
}

function stepsOf(payload: JsonObject): readonly {
  readonly name: string;
  readonly uuid: string;
  readonly type: string;
}[] {
  const stages = (payload['pipeline'] ?? []) as readonly {
    readonly steps?: readonly {
      readonly name: string;
      readonly uuid: string;
      readonly type: string;
    }[];
  }[];
  return stages.flatMap(({ steps = [] }) => steps);
}

/** As recorded: without what counts as absent on the wire, times by a word. */
const without0 = (state: State): State =>
  Object.fromEntries(
    Object.entries(state)
      .filter(([, value]) => value !== 0 && value !== '' && value !== false)
      .map(([key, value]) => [
        key,
        key === 'started' || key === 'finished' ? '<unix-seconds>' : value,
      ]),
  );

/** The reference's own words may be followed by what to do. */
const withHint = (state: State): State =>
  typeof state['error'] === 'string' && state['error'] !== 'Canceled'
    ? { ...state, error: expect.stringContaining(state['error']) as string }
    : state;
