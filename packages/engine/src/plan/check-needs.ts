import type { ConfigProblem } from '@millrace/config';
import { hookTable, type AnyToken, type HookName, type Tap } from '@millrace/core';
import type { ServiceRecipe } from '../scope/scope.ts';

/** Hooks that run with a recorded plan. */
const whileRunning: ReadonlySet<HookName> = new Set([
  'classifyPod',
  ...(Object.keys(hookTable) as HookName[]).filter((hook) =>
    ['series', 'wrap', 'cleanup', 'observe'].includes(hookTable[hook].kind),
  ),
]);

/**
 * Finds needs of hooks that nobody can meet: services that nobody offers, and services of a job in hooks that run with
 * a recorded plan, where no job is being planned.
 * @param given - tokens that the engine itself supplies
 */
export function checkNeeds(
  taps: readonly Tap[],
  recipes: readonly ServiceRecipe[],
  given: readonly AnyToken[],
): readonly ConfigProblem[] {
  const known = new Set([...recipes.map(({ token }) => token.id), ...given.map(({ id }) => id)]);
  return taps.flatMap(({ plugin, hook, needs }) =>
    Object.values(needs).flatMap(({ id, scope }): readonly ConfigProblem[] => {
      const who = `the ${hook} hook of plugin ${plugin} needs the service ${id}`;
      if (!known.has(id))
        return [problem(`${who}, which nobody offers`, 'load the plugin that offers it')];
      if (scope === 'job' && whileRunning.has(hook))
        return [
          problem(
            `${who}, which exists only while a job is planned`,
            'a recorded plan may be run by another process: decide while planning and let the unit or its stages say so, or need a service of generation or process life',
          ),
        ];
      return [];
    }),
  );
}

const problem = (message: string, hint: string): ConfigProblem => ({
  severity: 'error',
  path: [],
  message,
  hint,
});
