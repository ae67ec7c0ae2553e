/** How long a service lives: as the process, as one generation of a runner's configuration, or as one job. */
export type ScopeName = 'process' | 'generation' | 'job';

/**
 * The typed name of a service. Two copies of this package agree on a token because its key is a registered symbol.
 * @typeParam T - what resolving the token gives
 */
export interface Token<T> {
  readonly $$type: '@millrace/token';
  readonly id: string;
  readonly scope: ScopeName;
  readonly key: symbol;
  /** Never set; carries the type. */
  readonly $$value?: () => T;
}

/**
 * Makes a token. Call it at module level, once per id.
 * @param id - package-qualified, `@millrace/core/logger`
 */
export function createToken<T>(id: string, scope: ScopeName): Token<T> {
  return { $$type: '@millrace/token', id, scope, key: Symbol.for(`millrace:${id}`) };
}

/** A token whose value type is not known here. `Token<unknown>` accepts every token because the type parameter is only carried. */
export type AnyToken = Token<unknown>;

/** What resolving a record of tokens gives. */
export type Resolved<N> = { readonly [K in keyof N]: N[K] extends Token<infer T> ? T : never };
