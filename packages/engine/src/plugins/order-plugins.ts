import type { ConfigProblem } from '@millrace/config';
import type { LoadedPlugin } from './load-plugins.ts';

/** Plugins in the order of their set-up, and what prevents one. */
export interface PluginOrder {
  readonly plugins: readonly LoadedPlugin[];
  readonly problems: readonly ConfigProblem[];
}

/** Dependencies first; otherwise as listed. Finds missing ones, circles, and names or config keys taken twice. */
export function orderPlugins(plugins: readonly LoadedPlugin[]): PluginOrder {
  const problems = [
    ...taken(plugins, 'name', ({ plugin }) => plugin.name),
    ...taken(plugins, 'configKey', ({ plugin }) => plugin.configKey),
  ];
  const byName = new Map(plugins.map((loaded) => [loaded.plugin.name, loaded] as const));
  const ordered: LoadedPlugin[] = [];
  const visit = (loaded: LoadedPlugin, path: readonly string[]): void => {
    const { name, dependsOn = [] } = loaded.plugin;
    if (ordered.includes(loaded)) return;
    if (path.includes(name)) {
      problems.push(
        problem(
          `plugins depend on each other in a circle: ${[...path.slice(path.indexOf(name)), name].join(' → ')}`,
          'take out one of them',
        ),
      );
      return;
    }
    for (const needed of dependsOn) {
      const dependency = byName.get(needed);
      if (dependency === undefined)
        problems.push(
          problem(
            `plugin ${name} depends on ${needed}, which is not loaded`,
            `add ${needed} to the plugins`,
          ),
        );
      else visit(dependency, [...path, name]);
    }
    if (!ordered.includes(loaded)) ordered.push(loaded);
  };
  for (const loaded of plugins) visit(loaded, []);
  return { plugins: ordered, problems };
}

const problem = (message: string, hint: string): ConfigProblem => ({
  severity: 'error',
  path: [],
  message,
  hint,
});

function taken(
  plugins: readonly LoadedPlugin[],
  what: string,
  of: (loaded: LoadedPlugin) => string,
): ConfigProblem[] {
  const seen = new Map<string, LoadedPlugin>();
  return plugins.flatMap((loaded) => {
    const before = seen.get(of(loaded));
    seen.set(of(loaded), loaded);
    return before === undefined
      ? []
      : [
          problem(
            `two plugins have the ${what} ${of(loaded)}: ${before.origin} and ${loaded.origin}`,
            'load only one of them',
          ),
        ];
  });
}
