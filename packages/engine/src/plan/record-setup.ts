import {
  createToken,
  LoggerToken,
  type HookName,
  type Logger,
  type NeedsOf,
  type SetupContext,
  type Tap,
  type TapFunction,
  type Token,
} from '@millrace/core';
import type { ServiceRecipe } from '../scope/scope.ts';

/** What a plugin tapped and provided. */
export interface SetupRecord {
  readonly taps: readonly Tap[];
  readonly recipes: readonly ServiceRecipe[];
  readonly tap: TapFunction;
  readonly provide: SetupContext<unknown, NeedsOf>['provide'];
  /** Needs with the logger bound to this plugin. */
  readonly own: <N extends NeedsOf>(needs: N) => N;
  readonly logger: Token<Logger>;
  /** From now on nothing can be added. */
  readonly freeze: () => void;
}

/** Collects what a plugin taps and provides, until it is frozen. */
export function recordSetup(plugin: string): SetupRecord {
  const taps: Tap[] = [];
  const recipes: ServiceRecipe[] = [];
  const logger = createToken<Logger>(`${plugin}/logger`, 'generation');
  const own = <N extends NeedsOf>(needs: N): N =>
    Object.fromEntries(
      Object.entries(needs).map(([name, token]) => [
        name,
        token.id === LoggerToken.id ? logger : token,
      ]),
    ) as N;
  let open = true;
  const check = (what: string): void => {
    if (!open) throw new Error(`${what} must be called during setup`);
  };
  return {
    taps,
    recipes,
    own,
    logger,
    tap: (hook: HookName, ...rest: readonly unknown[]): void => {
      check('tap');
      const [options, handler] =
        rest.length === 1 ? [{}, rest[0]] : [rest[0] as { readonly needs?: NeedsOf }, rest[1]];
      const { needs = {}, ...order } = options;
      taps.push({ hook, plugin, order, needs: own(needs), handler: handler as Tap['handler'] });
    },
    provide: (token, { needs }, make) => {
      check('provide');
      recipes.push({ token, plugin, needs: own(needs), make: make as ServiceRecipe['make'] });
    },
    freeze: () => {
      open = false;
    },
  };
}
