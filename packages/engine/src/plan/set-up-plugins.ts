import { withDeadline } from '@millrace/async';
import {
  createToken,
  type AnyToken,
  type Clock,
  type Logger,
  type Settings,
  type Tap,
  type Token,
} from '@millrace/core';
import type { ConfigProblem } from '@millrace/config';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import type { Scope, ServiceRecipe } from '../scope/scope.ts';
import type { SettingsResolution } from '../settings/resolve-settings.ts';
import { recordSetup } from './record-setup.ts';

/** What all plugins tapped and provided, or why one could not be set up. */
export interface SetUp {
  readonly taps: readonly Tap[];
  readonly recipes: readonly ServiceRecipe[];
  readonly settingsTokens: ReadonlyMap<string, Token<Settings<unknown>>>;
  /** Each plugin's own. */
  readonly loggerTokens: readonly AnyToken[];
  readonly problem?: ConfigProblem;
}

/** What setting up needs. */
export interface SetUpOptions {
  readonly scope: Scope;
  readonly settings: SettingsResolution['settings'];
  readonly logger: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Milliseconds that a plugin may take to get ready. */
const setupBudget = 60_000;

/** Sets plugins up one after another; what one offers for the generation, the next may need in its own setup. */
export async function setUpPlugins(
  plugins: readonly LoadedPlugin[],
  { scope, settings, logger, clock, signal }: SetUpOptions,
): Promise<SetUp> {
  const taps: Tap[] = [];
  const recipes: ServiceRecipe[] = [];
  const settingsTokens = new Map<string, Token<Settings<unknown>>>();
  const loggerTokens: AnyToken[] = [];
  const setUp = { taps, recipes, settingsTokens, loggerTokens };
  for (const { plugin } of plugins) {
    const token = createToken<Settings<unknown>>(`${plugin.name}/settings`, 'job');
    const record = recordSetup(plugin.name);
    settingsTokens.set(plugin.name, token);
    loggerTokens.push(record.logger);
    scope.value(record.logger, logger.child({ plugin: plugin.name }));
    try {
      await withDeadline(clock, setupBudget, signal, async () =>
        plugin.setup({
          config: settings.get(plugin.name)?.value,
          deps: scope.resolveAll(record.own(plugin.deps ?? {})),
          settings: token,
          tap: record.tap,
          provide: record.provide,
          onDispose: (dispose) => scope.onDispose(dispose),
        }),
      );
    } catch (thrown) {
      return { ...setUp, problem: failedSetup(plugin.name, thrown) };
    }
    record.freeze();
    taps.push(...record.taps);
    recipes.push(...record.recipes);
    for (const recipe of record.recipes) if (recipe.token.scope !== 'job') scope.recipe(recipe);
  }
  return setUp;
}

const failedSetup = (plugin: string, thrown: unknown): ConfigProblem => ({
  severity: 'error',
  path: [],
  message: `plugin ${plugin} failed in its setup: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
  hint: `take ${plugin} out of the plugins, or report this to its author`,
});
