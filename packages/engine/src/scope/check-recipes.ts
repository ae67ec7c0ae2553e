import type { AnyToken } from '@millrace/core';
import type { ConfigProblem } from '@millrace/config';
import { mayDependOn, type ServiceRecipe } from './scope.ts';

/**
 * Finds, before anything is made: services offered twice, services that nobody offers, dependencies on a shorter
 * life, and cycles, printed as a path.
 * @param given - tokens that the engine itself supplies
 */
export function checkRecipes(
  recipes: readonly ServiceRecipe[],
  given: readonly AnyToken[],
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const offered = new Map<string, ServiceRecipe>();
  for (const recipe of recipes) {
    const before = offered.get(recipe.token.id);
    if (before !== undefined)
      problems.push(
        problem(
          `plugins ${before.plugin} and ${recipe.plugin} both offer the service ${recipe.token.id}`,
          'load only one of them',
        ),
      );
    else offered.set(recipe.token.id, recipe);
  }
  const known = new Set([...offered.keys(), ...given.map((token) => token.id)]);
  for (const recipe of recipes) {
    for (const need of Object.values(recipe.needs)) {
      if (!known.has(need.id))
        problems.push(
          problem(
            `plugin ${recipe.plugin} needs the service ${need.id}, which nobody offers`,
            'load the plugin that offers it',
          ),
        );
      else if (!mayDependOn(recipe.token.scope, need.scope)) {
        problems.push(
          problem(
            `the ${recipe.token.scope} service ${recipe.token.id} of ${recipe.plugin} needs the ${need.scope} service ${need.id}, which lives shorter`,
            'give both the same scope',
          ),
        );
      }
    }
  }
  const cycle = findCycle(offered);
  if (cycle !== undefined)
    problems.push(
      problem(
        `services need each other in a circle: ${cycle.join(' → ')}`,
        'break the circle at one of them',
      ),
    );
  return problems;
}

const problem = (message: string, hint: string): ConfigProblem => ({
  severity: 'error',
  message,
  hint,
  path: [],
});

function findCycle(offered: ReadonlyMap<string, ServiceRecipe>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): readonly string[] | undefined => {
    const at = path.indexOf(id);
    if (at >= 0) return [...path.slice(at), id];
    if (done.has(id)) return undefined;
    for (const need of Object.values(offered.get(id)?.needs ?? {})) {
      const found = visit(need.id, [...path, id]);
      if (found !== undefined) return found;
    }
    done.add(id);
    return undefined;
  };
  for (const id of offered.keys()) {
    const found = visit(id, []);
    if (found !== undefined) return found;
  }
  return undefined;
}
