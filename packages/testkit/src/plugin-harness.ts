import type {
  Binding,
  ClusterFacts,
  JobRequest,
  JsonObject,
  KubeObject,
  Plan,
  Plugin,
  ProvenanceEntry,
} from '@millrace/core';
import { createFakeClock, type FakeClock } from '@millrace/async';
import { formatProblem, parseToml } from '@millrace/config';
import { createGeneration, makePlan, type Generation, type LoadedPlugin } from '@millrace/engine';
import type { HarnessOptions, PluginUnderTest } from './harness-options.ts';
import { peerPlugin } from './peer-plugin.ts';
import { silentLogger } from './silent-logger.ts';

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
  /** The clock of the plugin and of its hooks' budgets. */
  readonly clock: FakeClock;
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
  const clock = createFakeClock();
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
    clock,
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
    clock,
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
