import type { AnyToken } from '@millrace/core';
import type { ServiceRecipe } from './scope.ts';

/** Recipes that need one of the tokens, directly or through others. Pure. */
export function dependents(
  recipes: readonly ServiceRecipe[],
  tokens: Iterable<AnyToken>,
): readonly ServiceRecipe[] {
  const reached = new Set([...tokens].map(({ key }) => key));
  const found = new Set<ServiceRecipe>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const recipe of recipes) {
      const needsOne = Object.values(recipe.needs).some(({ key }) => reached.has(key));
      if (!needsOne) continue;
      found.add(recipe);
      reached.add(recipe.token.key);
    }
  }
  return [...found];
}
