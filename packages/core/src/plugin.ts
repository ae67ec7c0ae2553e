import type { Permission } from './cluster.ts';
import type { HookHandlers, HookName, HookOrder } from './hooks.ts';
import type { StandardSchema } from './schema.ts';
import type { Settings } from './settings.ts';
import type { AnyToken, Resolved, Token } from './tokens.ts';

/** Version of the contract between plugins and the engine. */
export const PLUGIN_API_VERSION = '1';

/** Tokens by the names under which a handler or factory gets their values. */
export type NeedsOf = Readonly<Record<string, AnyToken>>;

/** A handler that is also given what it needs, as its last argument. */
export type HandlerWith<Name extends HookName, N extends NeedsOf> = HookHandlers[Name] extends (
  ...args: infer A
) => infer R
  ? (...args: [...A, Resolved<N>]) => R
  : never;

/** What a plugin can do while it is set up. Afterwards everything is frozen. */
export interface SetupContext<Config, Deps extends NeedsOf> {
  /** The plugin's settings in this generation, validated; a job's may differ, see {@link SetupContext.settings}. */
  readonly config: Config;
  readonly deps: Resolved<Deps>;
  /** Resolves to this plugin's settings for the job at hand: after job variables had their say. */
  readonly settings: Token<Settings<Config>>;
  /** Adds a handler. `needs` are resolved for each job and handed over last. */
  readonly tap: TapFunction;
  /**
   * Offers a service. Job services are made once a job, when first needed; they may need others of their own or a longer
   * life. Cycles are found at boot and printed as a path.
   */
  readonly provide: <T, N extends NeedsOf>(
    token: Token<T>,
    options: { readonly needs: N },
    make: (needs: Resolved<N>) => T,
  ) => void;
  /** Runs when the generation ends, in reverse order. */
  readonly onDispose: (dispose: () => void | Promise<void>) => void;
}

/** Adds a handler to a hook. */
export interface TapFunction {
  <Name extends HookName>(hook: Name, handler: HookHandlers[Name]): void;
  <Name extends HookName, N extends NeedsOf>(
    hook: Name,
    options: HookOrder & { readonly needs?: N },
    handler: HandlerWith<Name, N>,
  ): void;
}

/** A plugin, as its module exports it under the name `plugin`. Valid as a plain object without imports. */
export interface Plugin<Config = unknown, Deps extends NeedsOf = NeedsOf> {
  readonly $$type: '@millrace/plugin';
  /** Its package's name. */
  readonly name: string;
  readonly apiVersion: string;
  /** Key of its table in `[runners.millrace]`; `[a-z][a-z0-9_]*`. */
  readonly configKey: string;
  /** Settings; must accept `{}` or undefined by giving defaults. */
  readonly configSchema: StandardSchema<unknown, Config>;
  readonly permissions?: readonly Permission[];
  /** Plugins that must be loaded too. */
  readonly dependsOn?: readonly string[];
  /** Services of process or generation life, for setup. */
  readonly deps?: Deps;
  readonly setup: (context: SetupContext<Config, Deps>) => void | Promise<void>;
}

/** A plugin of any settings. */
// Methods of `setup` are checked where the plugin is defined; collections hold plugins of all kinds.
export type AnyPlugin = Plugin<never, never> | Plugin;

/** Adds the brand and checks the shape. The API version defaults to this package's. */
export function definePlugin<Config, const Deps extends NeedsOf = Readonly<Record<never, never>>>(
  plugin: Omit<Plugin<Config, Deps>, '$$type' | 'apiVersion'> & { readonly apiVersion?: string },
): Plugin<Config, Deps> {
  return { apiVersion: PLUGIN_API_VERSION, ...plugin, $$type: '@millrace/plugin' };
}
