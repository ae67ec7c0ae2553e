import { createRequire } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PLUGIN_API_VERSION, type Binding, type JsonValue, type Plugin } from '@millrace/core';
import type { ConfigProblem } from '@millrace/config';
import { checkPlugin } from './check-plugin.ts';

/** A plugin that the configuration names: a package, or a path relative to the configuration's folder. */
export interface PluginReference {
  readonly name: string;
  readonly options?: JsonValue;
  /** Path of the entry in the configuration, for messages. */
  readonly path: readonly (string | number)[];
}

/** A plugin with where it came from. */
export interface LoadedPlugin {
  readonly plugin: Plugin;
  /** `built in`, or the file it was loaded from. */
  readonly origin: string;
  readonly bindings: readonly Binding[];
  /** Settings written behind its name in the list of plugins. */
  readonly options?: JsonValue;
  /** Where they are in the configuration. */
  readonly optionsPath?: readonly (string | number)[];
}

/** Plugins, and what is wrong with the others. */
export interface LoadResult {
  readonly plugins: readonly LoadedPlugin[];
  readonly problems: readonly ConfigProblem[];
}

/**
 * Imports the plugins that a configuration names. A module exports `plugin`, and `bindings` when it claims keys of a
 * peer. Every fault of every plugin is reported, none thrown.
 * @param folder - folder of the configuration file; names and paths are resolved from there
 */
export async function loadPlugins(
  references: readonly PluginReference[],
  folder: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<LoadResult> {
  const plugins: LoadedPlugin[] = [];
  const problems: ConfigProblem[] = [];
  for (const reference of references) {
    signal.throwIfAborted();
    const loaded = await loadPlugin(reference, folder);
    if ('plugin' in loaded) plugins.push(loaded);
    else problems.push(loaded);
  }
  return { plugins, problems };
}

async function loadPlugin(
  reference: PluginReference,
  folder: string,
): Promise<LoadedPlugin | ConfigProblem> {
  const problem = (message: string, hint: string): ConfigProblem => ({
    severity: 'error',
    path: reference.path,
    message,
    hint,
  });
  const file = locate(reference.name, folder);
  if (file === undefined) {
    return problem(
      `the plugin ${reference.name} is not there`,
      isPath(reference.name)
        ? `the path is taken from ${folder}`
        : `run npm install ${reference.name} beside the configuration, or give a path that starts with ./`,
    );
  }
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    return problem(
      `the plugin ${reference.name} cannot be loaded: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      `the fault is in ${file}`,
    );
  }
  const fault = checkPlugin(module['plugin']);
  if (fault !== undefined)
    return problem(
      `the plugin ${reference.name} ${fault}`,
      `its module must export "plugin" made for plugin API ${PLUGIN_API_VERSION}`,
    );
  return {
    plugin: module['plugin'] as Plugin,
    origin: file,
    bindings: (module['bindings'] as readonly Binding[] | undefined) ?? [],
    ...(reference.options === undefined
      ? {}
      : { options: reference.options, optionsPath: [...reference.path, 1] }),
  };
}

const isPath = (name: string): boolean => name.startsWith('.') || isAbsolute(name);

function locate(name: string, folder: string): string | undefined {
  try {
    return createRequire(resolve(folder, 'config')).resolve(
      isPath(name) ? resolve(folder, name) : name,
    );
  } catch {
    return undefined;
  }
}
