import {
  ClockToken,
  ClusterFactsToken,
  createToken,
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
  type NeedsOf,
  type Settings,
  type SetupContext,
  type Tap,
  type TapFunction,
  type Token,
} from '@millrace/core';
import { ConfigProblems, type ConfigProblem } from '@millrace/config';
import { attribute } from '../hooks/attribute.ts';
import { HookEngine } from '../hooks/hook-engine.ts';
import { orderTaps } from '../hooks/order-taps.ts';
import { checkPlugin } from '../plugins/check-plugin.ts';
import { loadPlugins, type LoadedPlugin, type PluginReference } from '../plugins/load-plugins.ts';
import { orderPlugins } from '../plugins/order-plugins.ts';
import { checkRecipes } from '../scope/check-recipes.ts';
import { Scope, type ServiceRecipe } from '../scope/scope.ts';
import type { PeerTable } from '../settings/peer-table.ts';
import { resolveSettings, type SettingsResolution } from '../settings/resolve-settings.ts';

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
  readonly dispose: () => Promise<void>;
}

/** Tokens that the engine itself supplies to every job. */
const givenJobTokens: readonly AnyToken[] = [
  JobRequestToken,
  ClusterFactsToken,
  RandomToken,
  PlanTimeToken,
];

/**
 * Loads plugins, validates all settings, checks versions and dependencies, sets plugins up in order, and freezes.
 * @throws RunnerError `MILLRACE_E_CONFIG` that lists every problem at once; nothing was set up then
 */
export async function createGeneration(options: GenerationOptions): Promise<Generation> {
  const problems = new ConfigProblems();
  const loaded = await loadPlugins(options.references, options.folder, { signal: options.signal });
  problems.add(...place(loaded.problems, options.table));
  for (const { plugin, origin } of options.builtIn) {
    const fault = checkPlugin(plugin);
    if (fault !== undefined) problems.error({ path: [], message: `the plugin ${origin} ${fault}` });
  }
  const order = orderPlugins([...options.builtIn, ...loaded.plugins]);
  problems.add(...order.problems);
  const bindings = order.plugins.flatMap((plugin) => plugin.bindings);
  const settings = resolveSettings(order.plugins, bindings, options.table);
  problems.add(...settings.problems);
  problems.throwIfErrors(options.subject);
  const process = Scope.process();
  process.value(LoggerToken, options.logger);
  process.value(ClockToken, options.clock);
  process.value(MetricsToken, options.metrics);
  const scope = process.child('generation');
  const taps: Tap[] = [];
  const recipes: ServiceRecipe[] = [];
  const settingsTokens = new Map<string, Token<Settings<unknown>>>();
  for (const { plugin } of order.plugins) {
    const token = createToken<Settings<unknown>>(`${plugin.name}/settings`, 'job');
    settingsTokens.set(plugin.name, token);
    const recorder = record(plugin.name, taps, recipes);
    try {
      scope.value(LoggerToken, options.logger.child({ plugin: plugin.name }));
      await plugin.setup({
        config: settings.settings.get(plugin.name)?.value,
        deps: scope.resolveAll(plugin.deps ?? {}),
        settings: token,
        tap: recorder.tap,
        provide: recorder.provide,
        onDispose: (dispose) => scope.onDispose(dispose),
      });
    } catch (thrown) {
      await scope.dispose();
      const error = attribute(thrown, plugin.name, 'planUnits');
      problems.error({
        path: [],
        message: `plugin ${plugin.name} failed in its setup: ${thrown instanceof Error ? thrown.message : error.message}`,
        hint: `take ${plugin.name} out of the plugins, or report this to its author`,
      });
      problems.throwIfErrors(options.subject, 'MILLRACE_E_PLUGIN_FAILED');
    }
    recorder.freeze();
  }
  problems.add(
    ...checkRecipes(recipes, [
      LoggerToken,
      ClockToken,
      MetricsToken,
      ...givenJobTokens,
      ...settingsTokens.values(),
    ]),
  );
  problems.add(
    ...missingNeeds(taps, recipes, [
      LoggerToken,
      ClockToken,
      MetricsToken,
      ...givenJobTokens,
      ...settingsTokens.values(),
    ]),
  );
  const hookNames = [...new Set(taps.map(({ hook }) => hook))];
  const ordered = hookNames.map(
    (hook) =>
      [
        hook,
        orderTaps(
          hook,
          taps.filter((tap) => tap.hook === hook),
        ),
      ] as const,
  );
  for (const [, result] of ordered) problems.add(...result.problems);
  if (problems.errors.length > 0) await scope.dispose();
  problems.throwIfErrors(options.subject);
  const hooks = new HookEngine({
    taps: new Map<HookName, readonly Tap[]>(ordered.map(([hook, result]) => [hook, result.taps])),
    clock: options.clock,
    logger: options.logger,
  });
  const longLived = recipes.filter(({ token }) => token.scope !== 'job');
  for (const recipe of longLived) scope.recipe(recipe);
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
    dispose: () => scope.dispose(),
  };
}

function place(problems: readonly ConfigProblem[], table: PeerTable): readonly ConfigProblem[] {
  return problems.map((problem) => {
    const position = table.positionOf(problem.path);
    return position === undefined ? problem : { ...problem, position };
  });
}

/** Collects what a plugin taps and provides, until it is frozen. */
function record(
  plugin: string,
  taps: Tap[],
  recipes: ServiceRecipe[],
): {
  readonly tap: TapFunction;
  readonly provide: SetupContext<unknown, NeedsOf>['provide'];
  readonly freeze: () => void;
} {
  let open = true;
  const check = (what: string): void => {
    if (!open) throw new Error(`${what} must be called during setup`);
  };
  const tap = (hook: HookName, ...rest: readonly unknown[]): void => {
    check('tap');
    const [options, handler] =
      rest.length === 1 ? [{}, rest[0]] : [rest[0] as { readonly needs?: NeedsOf }, rest[1]];
    const { needs = {}, ...order } = options;
    taps.push({ hook, plugin, order, needs, handler: handler as Tap['handler'] });
  };
  const provide: SetupContext<unknown, NeedsOf>['provide'] = (token, { needs }, make) => {
    check('provide');
    recipes.push({ token, plugin, needs, make: make as ServiceRecipe['make'] });
  };
  return {
    tap,
    provide,
    freeze: () => {
      open = false;
    },
  };
}

function missingNeeds(
  taps: readonly Tap[],
  recipes: readonly ServiceRecipe[],
  given: readonly AnyToken[],
): readonly ConfigProblem[] {
  const known = new Set([...recipes.map(({ token }) => token.id), ...given.map(({ id }) => id)]);
  return taps.flatMap(({ plugin, hook, needs }) =>
    Object.values(needs)
      .filter(({ id }) => !known.has(id))
      .map(({ id }): ConfigProblem => ({
        severity: 'error',
        path: [],
        message: `the ${hook} hook of plugin ${plugin} needs the service ${id}, which nobody offers`,
        hint: 'load the plugin that offers it',
      })),
  );
}
