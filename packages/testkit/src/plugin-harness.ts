import {
  ExpandToken,
  JobToken,
  VariablesToken,
  type Binding,
  type ClusterFacts,
  type ContainerRequest,
  type Job,
  type JobRequest,
  type JsonObject,
  type KubeObject,
  type Plan,
  type Plugin,
  type ProvenanceEntry,
  type Unit,
  type Variable,
} from '@millrace/core';
import { createFakeClock } from '@millrace/async';
import { formatProblem, parseToml } from '@millrace/config';
import { createGeneration, makePlan, type Generation, type LoadedPlugin } from '@millrace/engine';
import { silentLogger } from './silent-logger.ts';

/** A plugin of any settings; the harness only sets it up. */
export type PluginUnderTest = Pick<Plugin, '$$type' | 'name' | 'apiVersion' | 'configKey'> & {
  readonly configSchema: unknown;
  readonly setup: unknown;
};

/** What surrounds the plugin under test. */
export interface HarnessOptions {
  /**
   * The runner's configuration as a peer's file says it, without the `[[runners]]` line: pod settings below
   * `[runners.kubernetes]`, the plugin's own below `[runners.millrace.<configKey>]`.
   */
  readonly toml?: string;
  readonly bindings?: readonly Binding[];
  /** Plugins beside it. */
  readonly beside?: readonly PluginUnderTest[];
  readonly job?: Partial<Job>;
  readonly containers?: readonly (Pick<ContainerRequest, 'name' | 'role'> &
    Partial<ContainerRequest>)[];
  readonly variables?: readonly (Pick<Variable, 'key' | 'value'> & Partial<Variable>)[];
  readonly facts?: Partial<ClusterFacts>;
  readonly seed?: number;
}

/** A plugin set up in the real engine, with a job to plan. */
export interface PluginHarness {
  /** The plan of the job. */
  readonly plan: () => Plan;
  /** The planned pod. Throws when the plan is refused, with its reason. */
  readonly pod: () => KubeObject;
  /** Who set the field at a JSON pointer of the pod. */
  readonly explain: (pointer: string) => readonly ProvenanceEntry[];
  /** Warnings about the configuration, as printed. */
  readonly warnings: readonly string[];
  readonly generation: Generation;
  readonly dispose: () => Promise<void>;
}

/**
 * Sets a plugin up as production does, with a small job: one pod with the containers `build` and `helper`.
 * @throws RunnerError when the configuration has errors; its message lists them
 */
export async function createPluginHarness(
  plugin: PluginUnderTest,
  options: HarnessOptions = {},
): Promise<PluginHarness> {
  const document = parseToml(`[[runners]]\n${options.toml ?? ''}`, 'config.toml');
  const runner = (document.value['runners'] as readonly JsonObject[])[0] ?? {};
  const own = (runner['millrace'] ?? {}) as JsonObject;
  const generation = await createGeneration({
    builtIn: [
      peerPlugin(options),
      ...[plugin, ...(options.beside ?? [])].map((each) => load(each, options.bindings ?? [])),
    ],
    references: [],
    folder: '.',
    table: {
      runner,
      runnerPath: ['runners', 0],
      podsKey: 'kubernetes',
      appKeys: ['millrace', 'name'],
      own,
      ownPath: ['runners', 0, 'millrace'],
      positionOf: document.positionOf,
    },
    logger: silentLogger,
    clock: createFakeClock(),
    metrics: { count: () => undefined, observe: () => undefined },
    subject: 'config.toml',
    signal: new AbortController().signal,
  });
  const facts: ClusterFacts = {
    version: { major: '1', minor: '34', gitVersion: 'v1.34.0' },
    allows: () => true,
    ...options.facts,
  };
  const plan = (): Plan =>
    makePlan(generation, harnessRequest, { facts, seed: options.seed ?? 1, now: 0 });
  const planned = (): Plan['units'][number] => {
    const { refused, units } = plan();
    const unit = units[0];
    if (refused !== null) throw new Error(`the plan is refused: ${refused.message}`);
    if (unit === undefined) throw new Error('the plan has no unit');
    return unit;
  };
  return {
    plan,
    pod: () => planned().pod.manifest,
    explain: (pointer) => planned().pod.provenance[pointer] ?? [],
    warnings: generation.warnings.map(formatProblem),
    generation,
    dispose: generation.dispose,
  };
}

const load = (plugin: PluginUnderTest, bindings: readonly Binding[]): LoadedPlugin => ({
  plugin: plugin as Plugin,
  origin: 'built in',
  bindings: bindings.filter((binding) => binding.plugin === plugin.name),
});

const harnessRequest: JobRequest = {
  id: 'job-1',
  payload: {},
  runner: {
    name: 'runner',
    token: 'token',
    id: 'runner-1',
    systemId: 's_1',
    serverUrl: 'https://example.com',
    slot: 0,
  },
};

/** Stands for what knows a peer: offers the job and one unit. */
function peerPlugin(options: HarnessOptions): LoadedPlugin {
  const job: Job = {
    id: 'job-1',
    name: 'job',
    podName: 'job-1',
    timeoutSeconds: 3600,
    services: [],
    labels: [],
    annotations: [],
    ...options.job,
  };
  const variables = (options.variables ?? []).map((variable): Variable => ({
    public: true,
    file: false,
    masked: false,
    raw: false,
    internal: false,
    ...variable,
  }));
  const containers = (
    options.containers ?? [
      { name: 'build', role: 'build' },
      { name: 'helper', role: 'helper' },
    ]
  ).map((container): ContainerRequest => ({
    init: false,
    driven: false,
    variables: [],
    rank: 0,
    ...container,
  }));
  const unit: Unit = {
    id: 'job',
    title: 'job',
    after: [],
    on: 'success',
    background: false,
    countsAsFailure: true,
    recreate: { when: 'never' },
    startTimeoutSeconds: 180,
    podName: job.podName,
    containers,
    work: { kind: 'container', container: containers[0]?.name ?? 'build' },
  };
  const expand = (text: string): string =>
    text.replaceAll(
      /\$(\w+)/g,
      (_, key: string) => variables.findLast((variable) => variable.key === key)?.value ?? '',
    );
  const plugin: Plugin = {
    $$type: '@millrace/plugin',
    name: '@millrace/testkit-peer',
    apiVersion: '1',
    configKey: 'testkit_peer',
    configSchema: {
      '~standard': { version: 1, vendor: 'millrace', validate: (value) => ({ value }) },
    },
    setup: ({ tap, provide }) => {
      provide(JobToken, { needs: {} }, () => job);
      provide(VariablesToken, { needs: {} }, () => variables);
      provide(ExpandToken, { needs: {} }, () => expand);
      tap('planUnits', { phase: 'pre' }, (units) => [...units, unit]);
    },
  };
  return { plugin, origin: 'testkit', bindings: [] };
}
