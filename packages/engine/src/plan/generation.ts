import {
  ClockToken,
  ClusterFactsToken,
  JobRequestToken,
  LoggerToken,
  MetricsToken,
  PlanTimeToken,
  RandomToken,
  type AnyToken,
  type Binding,
  type Clock,
  type HookName,
  type Logger,
  type Metrics,
  type Settings,
  type Tap,
  type Token,
} from '@millrace/core';
import { ConfigProblems, type ConfigProblem } from '@millrace/config';
import type { ResolveNeeds } from '../hooks/call-tap.ts';
import { HookEngine } from '../hooks/hook-engine.ts';
import { orderTaps } from '../hooks/order-taps.ts';
import { checkPlugin } from '../plugins/check-plugin.ts';
import { loadPlugins, type LoadedPlugin, type PluginReference } from '../plugins/load-plugins.ts';
import { orderPlugins } from '../plugins/order-plugins.ts';
import { checkRecipes } from '../scope/check-recipes.ts';
import { dependents } from '../scope/dependents.ts';
import { Scope } from '../scope/scope.ts';
import type { PeerTable } from '../settings/peer-table.ts';
import { resolveSettings, type SettingsResolution } from '../settings/resolve-settings.ts';
import { checkNeeds } from './check-needs.ts';
import { setUpPlugins } from './set-up-plugins.ts';

/** What a generation is made of. */
export interface GenerationOptions {
  /** Plugins of the composition root. */
  readonly builtIn: readonly LoadedPlugin[];
  /** Plugins that the configuration names, resolved from `folder`. */
  readonly references: readonly PluginReference[];
  readonly folder: string;
  readonly table: PeerTable;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Named in the first line of an error that lists several problems; usually the file. */
  readonly subject: string;
  readonly signal: AbortSignal;
}

/** A runner's configuration with its plugins, set up and frozen. A reload makes a new one; running jobs keep theirs. */
export interface Generation {
  readonly plugins: readonly LoadedPlugin[];
  readonly bindings: readonly Binding[];
  readonly hooks: HookEngine;
  readonly settings: SettingsResolution;
  readonly settingsTokens: ReadonlyMap<string, Token<Settings<unknown>>>;
  readonly warnings: readonly ConfigProblem[];
  /** A fresh scope for one job, with every recipe and nothing made yet. */
  readonly jobScope: () => Scope;
  /** A scope below a job's with other values for some tokens; what depends on them is made anew. */
  readonly unitScope: (job: Scope, values: ReadonlyMap<AnyToken, unknown>) => Scope;
  /** Services of process and generation life, for the hooks of a running plan. */
  readonly resolve: ResolveNeeds;
  /** Ends the plugins; logs by name the hooks that never settled. */
  readonly dispose: () => Promise<void>;
}

/** Tokens that the engine itself supplies. */
const givenTokens: readonly AnyToken[] = [
  LoggerToken,
  ClockToken,
  MetricsToken,
  JobRequestToken,
  ClusterFactsToken,
  RandomToken,
  PlanTimeToken,
];

/**
 * Loads plugins, validates all settings, checks versions and dependencies, sets plugins up in order, and freezes.
 * @throws RunnerError `MILLRACE_E_CONFIG` that lists every problem at once, or `MILLRACE_E_PLUGIN_FAILED`; what was set
 * up before is disposed of
 */
export async function createGeneration(options: GenerationOptions): Promise<Generation> {
  const { logger, clock, table, subject, signal } = options;
  const problems = new ConfigProblems();
  const loaded = await loadPlugins(options.references, options.folder, { signal });
  problems.add(...place(loaded.problems, table));
  for (const { plugin, origin } of options.builtIn) {
    const fault = checkPlugin(plugin);
    if (fault !== undefined) problems.error({ path: [], message: `the plugin ${origin} ${fault}` });
  }
  problems.throwIfErrors(subject);
  const order = orderPlugins([...options.builtIn, ...loaded.plugins]);
  problems.add(...order.problems);
  // By name, so that the order in which plugins are listed decides nothing.
  const bindings = order.plugins
    .flatMap((plugin) => plugin.bindings)
    .toSorted((a, b) => (a.plugin < b.plugin ? -1 : a.plugin > b.plugin ? 1 : 0));
  const settings = resolveSettings(order.plugins, bindings, table);
  problems.add(...settings.problems);
  problems.throwIfErrors(subject);
  const scope = generationScope(options);
  const setUp = await setUpPlugins(order.plugins, {
    scope,
    settings: settings.settings,
    logger,
    clock,
    signal,
  });
  const { taps, recipes, settingsTokens } = setUp;
  const fail = async (code?: `MILLRACE_E_${string}`): Promise<void> => {
    if (problems.errors.length === 0) return;
    await scope.dispose().catch((failure: unknown) => {
      logger.warn('plugins could not be disposed of', { error: String(failure) });
    });
    problems.throwIfErrors(subject, code);
  };
  if (setUp.problem !== undefined) problems.add(setUp.problem);
  await fail('MILLRACE_E_PLUGIN_FAILED');
  const given = [...givenTokens, ...settingsTokens.values(), ...setUp.loggerTokens];
  problems.add(...checkRecipes(recipes, given), ...checkNeeds(taps, recipes, given));
  const hookNames = [...new Set(taps.map(({ hook }) => hook))];
  const ordered = new Map<HookName, readonly Tap[]>();
  for (const name of hookNames) {
    const own = orderTaps(
      name,
      taps.filter(({ hook }) => hook === name),
    );
    ordered.set(name, own.taps);
    problems.add(...own.problems);
  }
  await fail();
  const hooks = new HookEngine({ taps: ordered, clock, logger });
  return {
    plugins: order.plugins,
    bindings,
    hooks,
    settings,
    settingsTokens,
    warnings: problems.warnings,
    jobScope: () => {
      const job = scope.child('job');
      for (const recipe of recipes) if (recipe.token.scope === 'job') job.recipe(recipe);
      return job;
    },
    unitScope: (job, values) => {
      const unit = job.child('job');
      for (const [token, value] of values) unit.value(token, value);
      for (const recipe of dependents(recipes, values.keys()))
        if (recipe.token.scope === 'job') unit.recipe(recipe);
      return unit;
    },
    resolve: (needs) => scope.resolveAll(needs),
    dispose: async () => {
      if (hooks.pending.length > 0)
        logger.warn('hooks of plugins have not ended', { hooks: hooks.pending });
      await scope.dispose();
    },
  };
}

function generationScope({ logger, clock, metrics }: GenerationOptions): Scope {
  const process = Scope.process();
  process.value(LoggerToken, logger);
  process.value(ClockToken, clock);
  process.value(MetricsToken, metrics);
  return process.child('generation');
}

function place(problems: readonly ConfigProblem[], table: PeerTable): readonly ConfigProblem[] {
  return problems.map((problem) => {
    const position = table.positionOf(problem.path);
    return position === undefined ? problem : { ...problem, position };
  });
}
